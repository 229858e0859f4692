import { afterAll, beforeAll, expect, test } from 'vitest'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'

const address = '127.0.121.1'
let relay: RelayProcess

beforeAll(async () => {
  const nowhere = { address: '127.0.121.99', port: 25 }
  relay = await RelayProcess.start({
    config: edgeConfig({ address, sendConnectors: smartHost('*', nowhere) }),
    services: ['Transport'],
  })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
})

// Postfix takes such lines; we do not, for what ends a line must not be a matter of opinion.
test('a client that ends its lines with LF alone is told so at each of them', async () => {
  await using peer = await SmtpPeer.connect({ host: address, port: 25 })
  expect(await peer.reply()).toMatch(/^220 /)
  for (const line of ['EHLO client.example\n', 'MAIL FROM:<a@client.example>\n', 'DATA\n']) {
    peer.write(line)
    expect(await peer.reply()).toBe('501 5.5.2 Line must end in CR LF')
  }
  expect(await peer.command('EHLO client.example')).toMatch(/^250-/)
})

test('a dot on a line that ends with LF alone does not end the content', async () => {
  const dialog = ['MAIL FROM:<a@client.example>', 'RCPT TO:<b@contoso.test>', 'DATA']
  const content = 'Subject: one\r\n\r\nbody\n.\nMAIL FROM:<evil@client.example>\r\n.\r\n'
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  for (const line of dialog) await peer.command(line)
  peer.write(content)
  expect(await peer.reply()).toMatch(/^250 2\.6\.0 /)
  // Were the second line a command, there would be one more reply before this one.
  expect(await peer.command('NOOP')).toMatch(/^250 2\.0\.0/)
})
