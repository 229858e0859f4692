import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Milliseconds, second } from '../../src/base/time-span.ts'
import { hashPassword } from '../../src/receive/users/password.ts'
import { startFlood } from '../support/flood.ts'
import { mailboxPorts, openMailbox } from '../support/open-mailbox.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authPlain } from '../support/submit.ts'

const relayAddress = '127.0.142.1'
/** How long each flood lasts. */
const duration: Milliseconds = 8 * second
/** How long another client's log-in may take meanwhile. */
const patience: Milliseconds = second
const connections = 300

/** The usual relay, with accounts on both ports for clients. */
async function config(): Promise<string> {
  const connector = {
    ...{ AuthMechanism: 'Tls, BasicAuth', PermissionGroups: 'AnonymousUsers, ExchangeUsers' },
    // So that each guess makes the next one at once.
    ...{ AuthTarpitInterval: '00:00:00', MaxLogonFailures: 0, MaxProtocolErrors: 'unlimited' },
  }
  const smartHost = { address: '127.0.142.2', port: 25 }
  const settings = parse(openMailbox({ address: relayAddress, smartHost, connector })) as object
  const PasswordHash = await hashPassword('secret')
  const account = (UserName: string) => ({ UserName, PasswordHash })
  // A verified password is remembered: each log-in is of another account, so that each is checked.
  const Users = Array.from({ length: 400 }, (_, at) => account(`user${at}@inside.test`))
  return stringify({ ...settings, Users })
}

/** AUTH PLAIN with another password each time, as base64 with the number of the try in it. */
const guess = 'AUTH PLAIN AHVzZXIxQGluc2lkZS50ZXN0AHdyb25n####\r\n'

let accounts = 0

/** How long log-ins took, from the connection on, one after the other. */
async function honestLogons(port: number): Promise<readonly Milliseconds[]> {
  const times: Milliseconds[] = []
  const end = performance.now() + duration
  while (performance.now() < end) {
    const begun = performance.now()
    await using peer = await SmtpPeer.greeted({ host: relayAddress, port, from: '127.0.142.9' })
    const answer = await peer.command(authPlain(`user${accounts++ % 400}@inside.test`, 'secret'))
    times.push(performance.now() - begun)
    expect(answer).toMatch(/^235/)
    await delay(50)
  }
  return times.toSorted((a, b) => a - b)
}

const roles = [
  { by: 'the front end', port: mailboxPorts.frontEnd },
  { by: 'the Transport service alone', port: mailboxPorts.direct },
]

test.each(roles)(
  'an honest log-in takes less than a second during 300 connections of guesses, by $by',
  async ({ by, port }) => {
    await using relay = await RelayProcess.start({ config: await config() })
    expect(relay.pid).toBeGreaterThan(0)
    const [usual = 0] = (await honestLogons(port)).slice(-1)
    for (const sources of [1, 5]) {
      const floods = await Promise.all(
        Array.from({ length: sources }, (_, at) => {
          const flood = { host: relayAddress, port, from: `127.0.142.${66 + at}` }
          return startFlood(
            { ...flood, begin: '', again: guess, inTurn: true },
            connections / sources,
          )
        }),
      )
      await delay(second)
      const times = await honestLogons(port)
      const [median = 0, longest = 0] = [times[times.length >> 1], times.at(-1)].map((time) =>
        Math.round(time ?? 0),
      )
      console.info(
        `by ${by}, guesses from ${sources} sources: ${times.length} log-ins, median ${median} ms, longest ${longest} ms (without guesses ${Math.round(usual)} ms)`,
      )
      for (const flood of floods) await flood[Symbol.asyncDispose]()
      // Checks that come before, and its own, count where the machine has other work, too.
      expect(longest).toBeLessThan(patience + 6 * usual)
    }
  },
)
