import { expect, test } from 'vitest'
import { type Milliseconds, second } from '../../src/base/time-span.ts'
import { HangingRelay, type HangingScene, liveKinds } from '../support/hanging-scene.ts'
import { until } from '../support/until.ts'

/** What live mail may take, whoever hangs. */
const limit: Milliseconds = 5 * second
const rounds = [1, 2, 3]

interface Case extends Omit<HangingScene, 'net' | 'stage'> {
  readonly domains: number
}

const cases: readonly Case[] = [
  { role: 'Edge', maxOutboundConnections: 1000, domains: 1100, addresses: 'one' },
  { role: 'Edge', maxOutboundConnections: 1000, domains: 1100, addresses: 'many' },
  { role: 'Edge', maxOutboundConnections: 40, domains: 1100, addresses: 'one' },
  { role: 'Edge', maxOutboundConnections: 40, domains: 20_000, addresses: 'many' },
  { role: 'Edge', maxOutboundConnections: 40, domains: 20_000, addresses: 'one' },
  { role: 'Edge', maxOutboundConnections: 1000, domains: 20_000, addresses: 'many' },
  { role: 'Edge', maxOutboundConnections: 2, domains: 1100, addresses: 'many' },
  { role: 'Edge', maxOutboundConnections: 1, domains: 1100, addresses: 'many' },
  { role: 'Mailbox', maxOutboundConnections: 40, domains: 1100, addresses: 'many' },
  {
    ...{ role: 'Mailbox, by the front end', maxOutboundConnections: 1000 },
    ...{ domains: 1100, addresses: 'many' },
  },
]

test.each(cases)(
  '$role, $maxOutboundConnections connections: live mail passes $domains hanging domains at $addresses address(es)',
  async ({ domains, ...scene }) => {
    await using hanging = await HangingRelay.start({ ...scene, net: 141, stage: 'greeting' })
    const filling = hanging.fill(domains)
    await until(() => hanging.hops.open > 0)
    const figures: string[] = []
    const worst = new Map<string, Milliseconds>()
    for (const round of rounds) {
      // At the end all hang that may.
      const most =
        scene.addresses === 'one' ? 1 : Math.min(domains, scene.maxOutboundConnections / 2)
      if (round === 3) await until(() => hanging.hops.mostOpen >= most)
      const times = await hanging.deliverLive(round)
      for (const kind of liveKinds) worst.set(kind, Math.max(worst.get(kind) ?? 0, times[kind]))
      if (round === 2) await filling
    }
    for (const [kind, time] of worst) figures.push(`${kind} ${(time / second).toFixed(2)} s`)
    const { connections, mostOpen, mostHeld } = hanging.hops
    figures.push(
      `${connections} connections hung, ${mostOpen} at a time, ${mostHeld} at one address`,
    )
    console.log(`${JSON.stringify({ ...scene, domains })}\n  ${figures.join(', ')}`)
    expect([...worst.values()].filter((time) => time >= limit)).toEqual([])
    if (scene.addresses === 'one') expect(mostHeld).toBeLessThanOrEqual(5)
  },
  90 * second,
)
