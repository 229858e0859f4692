import { expect, test } from 'vitest'
import { RelayProcess } from '../support/relay-process.ts'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage } from '../support/submit.ts'

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
