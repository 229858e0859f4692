import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Milliseconds, second } from '../../src/base/time-span.ts'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { startFlood } from '../support/flood.ts'
import { mailboxPorts, openMailbox } from '../support/open-mailbox.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const relayAddress = '127.0.141.1'
const hostAddress = '127.0.141.2'
const attackersAddress = '127.0.141.66'
/** How long each flood lasts. */
const duration: Milliseconds = 2 * second
/** How long another client's whole session with a message may take meanwhile. */
const patience: Milliseconds = second

const mail = 'MAIL FROM:<eve@flood.example>\r\n'
const rcpt = 'RCPT TO:<user@inside.test>\r\n'

const floods = [
  { name: 'BDAT 1', begin: `${mail}${rcpt}`, again: 'BDAT 1\r\nx' },
  { name: 'RCPT beyond the limit', begin: mail, again: rcpt },
  { name: 'MAIL and RSET', begin: '', again: `${mail}RSET\r\n` },
  { name: 'NOOP', begin: '', again: 'NOOP\r\n' },
  { name: 'verbs that are none', begin: '', again: 'BOGUS\r\n' },
  { name: 'STARTTLS now', begin: '', again: 'STARTTLS now\r\n' },
  { name: 'EHLO', begin: '', again: 'EHLO flood.example\r\n' },
]

/** How long each whole session with one message took, from the connection to the answer to QUIT. */
async function honestSessions(port: number): Promise<readonly Milliseconds[]> {
  const times: Milliseconds[] = []
  const end = performance.now() + duration
  while (performance.now() < end) {
    const begun = performance.now()
    await using peer = await SmtpPeer.greeted({ host: relayAddress, port })
    const content = plainMessage(`honest ${times.length}`)
    const replies = await submit(peer, {
      ...{ from: 'ana@lucerne.example', to: ['user@inside.test'], content },
    })
    await peer.command('QUIT')
    times.push(performance.now() - begun)
    expect(replies.at(-1)).toMatch(/^250 2\.6\.0/)
    await delay(20)
  }
  return times.toSorted((a, b) => a - b)
}

const roles = [
  { by: 'the front end', port: mailboxPorts.frontEnd },
  { by: 'the Transport service alone', port: mailboxPorts.direct },
]
const cases = roles.flatMap((role) => [
  { ...role, limit: 'the usual limit of errors', errors: 5 },
  { ...role, limit: 'no limit of errors', errors: 'unlimited' },
])

test.each(cases)(
  'a message takes less than a second during each flood, by $by with $limit',
  async ({ port, errors, by }) => {
    await using host = await startLabMailServer({
      ...{ hostname: 'mail.inside.test', address: hostAddress, keepMessages: 1 },
    })
    const connector = { MaxProtocolErrors: errors, ProtocolLoggingLevel: 'Verbose' }
    await using relay = await RelayProcess.start({
      config: openMailbox({ address: relayAddress, smartHost: host, connector }),
    })
    const calm = await honestSessions(port)
    // Where the machine has other work, too, every step of a session takes longer.
    const usual = calm[calm.length >> 1] ?? 0
    const slow: string[] = []
    for (const { name, begin, again } of floods) {
      for (const attackers of [1, 5]) {
        const flood = { host: relayAddress, port, from: attackersAddress, begin, again }
        await using _ = await startFlood(flood, attackers)
        const times = await honestSessions(port)
        const [median = 0, longest = 0] = [times[times.length >> 1], times.at(-1)].map((time) =>
          Math.round(time ?? 0),
        )
        const figures = `${name}, ${attackers} attackers: ${times.length} messages, median ${median} ms, longest ${longest} ms`
        console.info(`by ${by}: ${figures}`)
        if (longest >= patience + 10 * usual) slow.push(figures)
      }
    }
    expect(slow).toEqual([])
    expect(relay.output).not.toContain('records are being lost')
  },
)
