import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { RelayProcess } from '../support/relay-process.ts'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const address = '127.0.121.1'
const nowhere = { address: '127.0.121.99', port: 25 }
const config = mailboxConfig({ address, sendConnectors: smartHost('*', nowhere) })

/** A session with a message in hand, which a server that ends still takes. */
async function withMessageInHand(): Promise<SmtpPeer> {
  const peer = await SmtpPeer.greeted({ host: address, port: 25 })
  await peer.command('MAIL FROM:<bob@good.test>')
  await peer.command('RCPT TO:<alice@contoso.test>')
  await peer.command('DATA')
  peer.write('Subject: in hand\r\n')
  return peer
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s to the whole process group of "npm start" lets a message in hand end',
  async (signal) => {
    await using relay = await RelayProcess.start({ config, throughNpm: true })
    await using peer = await withMessageInHand()
    relay.killGroup(signal)
    // The terminal sent it to the group, and npm passes it on.
    await relay.logged(
      ({ msg, service }) => msg === 'the service drains' && service === 'Transport',
    )
    relay.kill(signal)
    expect(await peer.command(`${plainMessage('in hand')}.`)).toMatch(/^250 2\.6\.0 /)
    expect(await relay.ended()).toBe(0)
    await expect.poll(() => relay.groupLives).toBe(false)
    expect(relay.output).not.toContain('died')
  },
)

test('a next hop that never answers keeps no service from ending well', async () => {
  const asked = Promise.withResolvers<undefined>()
  const silent = createServer((socket) => {
    socket.on('error', () => undefined).write('220 silent.test\r\n')
    socket.on('data', (octets) => {
      if (octets.includes('RCPT')) asked.resolve(undefined)
      else socket.write('250 silent.test\r\n')
    })
  }).listen(0, '127.0.121.2')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const silentHost = smartHost('*', { address: '127.0.121.2', port })
  const toSilent = mailboxConfig({ address, sendConnectors: silentHost })
  await using relay = await RelayProcess.start({ config: toSilent })
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  const hanging = { from: 'a@b.test', to: ['bob@contoso.test'], content: plainMessage('hangs') }
  expect((await submit(peer, hanging)).at(-1)).toMatch(/^250 2\.6\.0 /)
  await asked.promise
  expect(await relay.stop()).toBe(0)
  expect(relay.output).not.toContain('is killed')
  silent.close()
})
