import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeMx } from '../support/fake-mx.ts'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { until } from '../support/until.ts'

const address = '127.0.143.1'
const next = { address: '127.0.143.2', port: 10_025 }

/** Says what it sees, and refuses who comes from one address. */
const watchful = `
export const agent = {
  onConnectEvent(event) {
    event.log('connect ' + event.session.client.address)
    if (event.session.client.address === '127.0.143.66') event.reject('554 5.7.1 Not from there')
  },
  onMailCommand(event) {
    event.log('mail ' + event.session.client.address + ' ' + event.session.helloName)
  },
}
`

let mx: FakeMx
let relay: RelayProcess
beforeAll(async () => {
  mx = await FakeMx.start(next)
  const folder = await mkdtemp(join(tmpdir(), 'edge-agents-'))
  await writeFile(join(folder, 'watchful.js'), watchful)
  const more = 'TransportAgents:\n  - { Name: Watchful, Module: watchful.js }\n'
  const config = mailboxConfig({ address, sendConnectors: smartHost('*', next), more })
  relay = await RelayProcess.start({ config, folder })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await mx[Symbol.asyncDispose]()
})

const said = (text: string) => relay.output.split('\n').filter((line) => line.includes(text))

test('the front end asks about its clients, and refuses whom an agent does not want', async () => {
  await using peer = await SmtpPeer.connect({ host: address, port: 25, from: '127.0.143.66' })
  expect(await peer.reply()).toBe('554 5.7.1 Not from there')
  expect(await peer.closed()).toBe('')
})

test('the Transport service asks about their messages, with the facts of the client', async () => {
  await using peer = await SmtpPeer.connect({ host: address, port: 25, from: '127.0.143.67' })
  await peer.reply()
  await peer.command('EHLO lucerne.example')
  const mail = {
    from: 'ann@lucerne.test',
    to: ['bob@contoso.test'],
    content: plainMessage('hello'),
  }
  expect((await submit(peer, mail)).at(-1)).toMatch(/^250 2\.6\.0 /)
  await until(() => said('mail 127.0.143.67 lucerne.example').length > 0)
  expect(said('mail 127.0.143.67 lucerne.example')).toHaveLength(1)
  expect(said('connect 127.0.143.67')).toHaveLength(1)
  expect(said(`connect ${address}`)).toEqual([])
  expect(said('connect 127.0.0.1')).toEqual([])
})
