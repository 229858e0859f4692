import { expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { openMailbox, mailboxPorts } from '../support/open-mailbox.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'

const relayAddress = '127.0.150.1'
const hostAddress = '127.0.150.2'

const envelope = ['MAIL FROM:<ana@lucerne.example>', 'RCPT TO:<user@inside.test>', 'DATA']
const smuggled = [
  'MAIL FROM:<chief@inside.test>',
  'RCPT TO:<smuggled@inside.test>',
  'DATA',
  'Subject: smuggled',
  '',
  'in',
].join('\r\n')

/** Spellings of the end that some server took for it, and one that is dot-stuffed. */
const falseEnds = [
  '\n.\n',
  '\n.\r\n',
  '\r\n.\n',
  '\r.\r',
  '\r.\n',
  '\n.\r',
  '\r.\r\n',
  '\r\n.\r',
  '\r\r\n.\r\r\n',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
  '\r\n..\r\n',
  '\r\n.\r\r\n',
]

const listeners = [
  { by: 'the Transport service', port: mailboxPorts.direct },
  { by: 'the front end', port: mailboxPorts.frontEnd },
]

/** Sends the content in one write or octet by octet around `falseEnd`, and gives the answer to it. */
async function send(port: number, falseEnd: string, slow: boolean): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
  for (const line of envelope) await peer.command(line)
  const head = `Subject: outer\r\n\r\nbefore`
  const content = `${falseEnd}${smuggled}\r\n.\r\n`
  peer.write(head)
  if (slow) for (const octet of content) peer.write(octet)
  else peer.write(content)
  const answer = await peer.reply()
  expect(await peer.command('NOOP'), 'what follows the real end').toBe('250 2.0.0 OK')
  return answer
}

test.each(listeners)(
  'no false end of content makes two messages of one, by $by',
  async ({ port }) => {
    await using host = await startLabMailServer({
      hostname: 'mail.inside.test',
      address: hostAddress,
    })
    await using relay = await RelayProcess.start({
      config: openMailbox({ address: relayAddress, smartHost: host }),
    })
    let taken = 0
    for (const falseEnd of falseEnds) {
      for (const slow of [false, true]) {
        const answer = await send(port, falseEnd, slow)
        const refused = falseEnd.includes('\0')
        expect(answer, JSON.stringify(falseEnd)).toMatch(refused ? /^550 5\.6\.0/ : /^250 2\.6\.0/)
        if (answer.startsWith('250')) taken++
      }
    }
    await host.received(taken)
    expect(host.messageCount).toBe(taken)
    for (const { recipients, content } of host.messages) {
      expect(recipients.map(({ address }) => address)).toEqual(['user@inside.test'])
      expect(content?.toString('latin1')).not.toMatch(/(^|[^\r])\n|\r([^\n]|$)/)
      expect(content?.toString('latin1')).toContain('MAIL FROM:<chief@inside.test>')
    }
    expect(relay.output).not.toContain('started again')
  },
)

test.each(listeners)(
  'the end of content is found wherever its octets are cut, by $by',
  async ({ port }) => {
    await using host = await startLabMailServer({
      hostname: 'mail.inside.test',
      address: hostAddress,
    })
    await using _relay = await RelayProcess.start({
      config: openMailbox({ address: relayAddress, smartHost: host }),
    })
    await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
    const content = 'Subject: cut\r\n\r\n..\r\n..dots\r\n.\r\n'
    for (let at = 1; at < content.length; at++) {
      for (const line of envelope) await peer.command(line)
      peer.write(content.slice(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      peer.write(content.slice(at))
      expect(await peer.reply(), `cut at ${at}`).toMatch(/^250 2\.6\.0/)
    }
    await host.received(content.length - 1)
    for (const message of host.messages)
      expect(message.content?.toString('latin1')).toMatch(/\r\n\r\n\.\r\n\.dots\r\n$/)
  },
)

test.each(listeners)(
  'content that came by BDAT with other line ends leaves with CRLF, as one message, by $by',
  async ({ port }) => {
    await using host = await startLabMailServer({
      hostname: 'mail.inside.test',
      address: hostAddress,
    })
    await using _relay = await RelayProcess.start({
      config: openMailbox({ address: relayAddress, smartHost: host }),
    })
    const ends = falseEnds.filter((end) => !end.includes('\0'))
    for (const falseEnd of ends) {
      await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
      for (const line of envelope.slice(0, 2)) await peer.command(line)
      const content = `Subject: outer\r\n\r\nbefore${falseEnd}${smuggled}\r\n`
      peer.write(`BDAT ${content.length} LAST\r\n${content}`)
      expect(await peer.reply(), JSON.stringify(falseEnd)).toMatch(/^250 2\.6\.0/)
    }
    await host.received(ends.length)
    expect(host.messageCount).toBe(ends.length)
    for (const { recipients, content } of host.messages) {
      expect(recipients.map(({ address }) => address)).toEqual(['user@inside.test'])
      expect(content?.toString('latin1')).not.toMatch(/(^|[^\r])\n|\r([^\n]|$)/)
    }
  },
)
