import { expect, test } from 'vitest'
import { type Milliseconds, second } from '../../src/base/time-span.ts'
import type { HangingStage } from '../support/hanging-hops.ts'
import { HangingRelay, liveKinds } from '../support/hanging-scene.ts'
import { until } from '../support/until.ts'

/** What live mail may take, whoever hangs. */
const limit: Milliseconds = 5 * second
const domains = 300
const maxOutboundConnections = 40

const stages: readonly HangingStage[] = [
  ...(['greeting', 'EHLO', 'STARTTLS', 'MAIL', 'RCPT', 'DATA', 'final-dot'] as const),
]

const awaited: Readonly<Record<HangingStage, string>> = {
  greeting: 'Waiting for the greeting from 127.100.',
  EHLO: 'Waiting for the reply to EHLO from 127.100.',
  STARTTLS: 'Waiting for the TLS handshake with 127.100.',
  MAIL: 'Waiting for the reply to MAIL FROM:<bulk@sender.example> from 127.100.',
  RCPT: 'Waiting for the reply to RCPT TO:<u@d',
  DATA: 'Waiting for the reply to DATA from 127.100.',
  'final-dot': 'Waiting for the reply to the end of the message from 127.100.',
}

test.each(stages)(
  'live mail passes 300 domains that hang at %s, and Get-Queue says so',
  async (stage) => {
    await using hanging = await HangingRelay.start({
      ...{ role: 'Edge', net: 142, addresses: 'many' },
      ...{ maxOutboundConnections, stage },
    })
    await hanging.fill(domains)
    await until(() => hanging.hops.open >= maxOutboundConnections / 2)
    const worst = new Map<string, Milliseconds>()
    for (const round of [1, 2]) {
      const times = await hanging.deliverLive(round)
      for (const kind of liveKinds) worst.set(kind, Math.max(worst.get(kind) ?? 0, times[kind]))
    }
    const errors: string[] = []
    for (const like of ['Waiting for *since*', 'Waiting for a connection*', '45*within*']) {
      let [error = ''] = await hanging.lastErrors(like)
      // Each wait ends within seconds, so there may be none to tell of for a moment.
      while (error === '') [error = ''] = await hanging.lastErrors(like)
      errors.push(error)
    }
    const figures = [...worst].map(([kind, time]) => `${kind} ${(time / second).toFixed(2)} s`)
    const facts = [...figures, `at most ${hanging.hops.mostOpen} hung`].join(', ')
    console.log([`${stage}: ${facts}`, ...errors].join('\n  '))
    expect([...worst.values()].filter((time) => time >= limit)).toEqual([])
    expect(hanging.hops.mostOpen).toBeLessThanOrEqual(maxOutboundConnections / 2)
    expect(errors[0]).toContain(awaited[stage])
    expect(errors[1]).toContain('next hops not proven yet')
    expect(errors[2]).toMatch(/^45\d 4\..* within \d s; other next hops wait for the connection/)
  },
  60 * second,
)
