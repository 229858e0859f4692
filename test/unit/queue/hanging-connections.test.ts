import { describe, expect, test } from 'vitest'
import { minute, second } from '../../../src/base/time-span.ts'
import type { WaitPhase } from '../../../src/queue/delivery-agent.ts'
import { HangingPeer } from '../../support/hanging-peer.ts'
import { SchedulerBench, delivering, schedulerSettings } from '../../support/scheduler-bench.ts'

const phases: readonly WaitPhase[] = ['opening', 'envelope', 'final-dot']

/** Domains with `hang` in their names hang at the phase, others take what they get. */
async function hangingBench(phase: WaitPhase, all: number) {
  const bench = new SchedulerBench()
  const peer = new HangingPeer(bench.clock, phase)
  bench.settings.set({
    ...{ ...schedulerSettings, MaxOutboundConnections: all },
    MaxPerDomainOutboundConnections: Math.min(all, 40),
  })
  bench.serve = (lane, signal) =>
    lane.key.nextHopDomain.includes('hang') ? peer.serve(lane, signal) : delivering(lane, signal)
  await bench.start()
  return { bench, peer, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() }
}

async function viewOf(bench: SchedulerBench, domain: string) {
  const { queues } = await bench.scheduler.listing.queues()
  return queues.find(({ NextHopDomain }) => NextHopDomain === domain)
}

async function lastErrors(bench: SchedulerBench): Promise<Map<string, string>> {
  const { messages } = await bench.scheduler.listing.messages({ limit: 100 })
  return new Map(messages.map(({ Subject, LastError }) => [Subject, LastError]))
}

describe.each(phases)('many next hops that hang, at the phase %s', (phase) => {
  test.each([1, 2, 4, 40])('%d connections: new and proven next hops pass', async (all) => {
    await using hanging = await hangingBench(phase, all)
    const { bench, peer } = hanging
    await bench.send('proven.test')
    for (let n = 0; n < 200; n++) await bench.send(`h${n}.hang${n}.test`)
    await bench.send('proven.test')
    await bench.send('new.test')
    await bench.advance(5 * second, second / 4)
    expect(bench.opened.filter((domain) => domain === 'proven.test')).toHaveLength(2)
    expect(bench.opened).toContain('new.test')
    expect(peer.mostHeld).toBeLessThanOrEqual(Math.max(1, all / 2))
  })

  test('have all the time of the RFC while nobody wants their connections', async () => {
    await using hanging = await hangingBench(phase, 40)
    const { bench, peer } = hanging
    await bench.send('hang.test')
    await bench.advance(4 * minute, second)
    expect([peer.held, peer.givenUp]).toEqual([1, []])
  })

  test('are in Retry with the reason when they were given up, and get longer then', async () => {
    await using hanging = await hangingBench(phase, 4)
    const { bench, peer } = hanging
    for (let n = 0; n < 3; n++) await bench.send(`hang${n}.test`)
    await bench.advance(4 * second, second / 4)
    expect(await viewOf(bench, 'hang0.test')).toMatchObject({
      Status: 'Retry',
      LastError: '451 4.4.1 no answer; other next hops wait for the connection',
    })
    expect(peer.givenUp).toHaveLength(1)
  })
})

test.each([60, 200])(
  'a next hop that greets after %d s is delivered to, though others always wait',
  async (late) => {
    await using hanging = await hangingBench('opening', 40)
    const { bench, peer } = hanging
    bench.serve = (lane, signal) =>
      lane.key.nextHopDomain === 'slow.test'
        ? peer.serveLate(lane, signal, late * second)
        : peer.serve(lane, signal)
    await bench.send('slow.test')
    for (let n = 0; n < 50; n++) await bench.send(`h${n}.hang${n}.test`)
    const isWaiting = async () =>
      (await bench.waiting()).some(({ queue }) => queue.nextHopDomain === 'slow.test')
    for (let n = 0; n < 60 && (await isWaiting()); n++) {
      await bench.send(`more${n}.test`, 1)
      await bench.advance(minute, second)
    }
    expect(await isWaiting()).toBe(false)
    expect(peer.givenUp.length).toBeGreaterThan(50)
  },
  30_000,
)

describe.each([4, 40])('of %d connections', (all) => {
  test.each(phases)(
    'next hops that delivered once and then hang at the phase %s keep nobody waiting',
    async (phase) => {
      await using hanging = await hangingBench(phase, all)
      const { bench, peer } = hanging
      const liars = Array.from({ length: 200 }, (_, n) => `liar${n}.test`)
      const delivered = new Set<string>()
      bench.serve = (lane, signal) => {
        const { nextHopDomain: domain } = lane.key
        if (delivered.has(domain) && liars.includes(domain)) return peer.serve(lane, signal)
        delivered.add(domain)
        return delivering(lane, signal)
      }
      for (const domain of [...liars, 'proven.test']) await bench.send(domain)
      await bench.advance(minute, second)
      expect(delivered).toHaveLength(201)
      for (const domain of liars) await bench.send(domain)
      await bench.advance(second, second / 4)
      expect(peer.held).toBe(all)
      const before = bench.opened.length
      await bench.send('proven.test')
      await bench.send('new.test')
      await bench.advance(5 * second, second / 4)
      expect(bench.opened.slice(before)).toEqual(
        expect.arrayContaining(['proven.test', 'new.test']),
      )
    },
  )
})

test('a next hop that delivered before it failed is tried in time, though a crowd in doubt hangs', async () => {
  await using hanging = await hangingBench('opening', 40)
  const { bench } = hanging
  await bench.send('back.test')
  await bench.settle()
  for (let n = 0; n < 2000; n++) await bench.send(`h${n}.hang${n}.test`)
  const { serve } = bench
  bench.serve = (lane, signal) =>
    lane.key.nextHopDomain === 'back.test'
      ? Promise.resolve({ kind: 'unreachable', error: '451 4.4.0 refused' })
      : serve(lane, signal)
  await bench.send('back.test')
  await bench.advance(second, second / 4)
  expect(await viewOf(bench, 'back.test')).toMatchObject({ Status: 'Retry' })
  bench.serve = serve
  const before = bench.opened.length
  await bench.advance(schedulerSettings.QueueGlitchRetryInterval + 5 * second, second / 4)
  expect(bench.opened.slice(before)).toContain('back.test')
  expect(await viewOf(bench, 'back.test')).not.toMatchObject({ Status: 'Retry' })
})

describe('a message that hangs in its queue', () => {
  async function queueOf(phase: WaitPhase, all: number, hangs: (subject: string) => boolean) {
    const hanging = await hangingBench(phase, all)
    const { bench, peer } = hanging
    bench.serve = (lane, signal) =>
      peer.serve(lane, signal, ({ message }) => !hangs(message.subject))
    return hanging
  }

  test.each<WaitPhase>(['envelope', 'final-dot'])(
    'at the phase %s lets the few behind it pass after seconds',
    async (phase) => {
      await using hanging = await queueOf(phase, 1000, (subject) => subject === 'bad')
      const { bench, peer } = hanging
      await bench.send('contoso.test', 1, { subject: 'bad' })
      await bench.send('contoso.test', 2, { subject: 'good' })
      expect(await bench.waiting()).toHaveLength(3)
      await bench.advance(6 * second, second / 4)
      expect(await bench.waiting()).toHaveLength(1)
      expect([peer.held, peer.givenUp]).toEqual([1, []])
    },
  )

  test('is given up when as many hang as may, and waits for its own retry', async () => {
    await using hanging = await queueOf('envelope', 40, (subject) => subject === 'bad')
    const { bench, peer } = hanging
    await bench.send('contoso.test', 8, { subject: 'bad' })
    await bench.send('contoso.test', 1, { subject: 'good' })
    await bench.advance(29 * second, second / 4)
    expect([peer.held, peer.givenUp]).toEqual([5, []])
    await bench.advance(2 * minute, second / 4)
    expect(peer.mostHeld).toBe(5)
    expect((await lastErrors(bench)).has('good')).toBe(false)
    expect(peer.givenUp[0]).toBe('other messages of the queue wait behind it')
    expect((await viewOf(bench, 'contoso.test'))?.Status).toBe('Active')
  })

  test('at a next hop that never answered does not bring more connections', async () => {
    await using hanging = await queueOf('opening', 1000, () => true)
    const { bench, peer } = hanging
    await bench.send('contoso.test', 5)
    await bench.advance(minute, second)
    expect(peer.mostHeld).toBe(1)
  })

  test('is told of with what it waits for and since when, and so are those behind it', async () => {
    await using hanging = await queueOf('envelope', 1, (subject) => subject === 'bad')
    const { bench } = hanging
    await bench.send('contoso.test', 1, { subject: 'bad' })
    await bench.send('contoso.test', 1, { subject: 'good' })
    const since = `Waiting for the peer since ${new Date(bench.clock.now()).toISOString().slice(0, 19)}Z`
    expect((await viewOf(bench, 'contoso.test'))?.LastError).toBe('')
    await bench.advance(3 * second)
    expect((await viewOf(bench, 'contoso.test'))?.LastError).toBe(since)
    expect([...(await lastErrors(bench))]).toEqual([
      ['bad', since],
      ['good', since],
    ])
  })
})

test.each([
  ['untried', 'all 20 for next hops not proven yet (of MaxOutboundConnections 40) are in use'],
  ['proven', 'all 40 of MaxOutboundConnections are in use'],
])(
  'a queue in line of the standing %s says which connections are in use',
  async (standing, text) => {
    await using hanging = await hangingBench('envelope', 40)
    const { bench, peer } = hanging
    bench.serve = (lane, signal) =>
      peer.serve(lane, signal, ({ message }) => message.subject === 'good')
    const domains = Array.from({ length: 45 }, (_, n) => `d${n}.test`)
    if (standing === 'proven')
      for (const domain of domains) await bench.send(domain, 1, { subject: 'good' })
    for (const domain of domains) await bench.send(domain, 1, { subject: 'bad' })
    expect((await viewOf(bench, 'd44.test'))?.LastError).toBe(`Waiting for a connection: ${text}`)
  },
)

test('a queue in line says so also while it only waits for its turn', async () => {
  await using hanging = await hangingBench('opening', 1000)
  const { bench } = hanging
  for (let n = 0; n < 60; n++) await bench.send(`hang${n}.test`)
  expect((await viewOf(bench, 'hang59.test'))?.LastError).toBe(
    'Waiting for its turn to be connected',
  )
})

test('a crowded next hop is asked again a moment later, without a retry', async () => {
  await using hanging = await hangingBench('opening', 40)
  const { bench } = hanging
  let free = false
  bench.serve = (lane, signal) =>
    free
      ? delivering(lane, signal)
      : Promise.resolve({ kind: 'crowded' as const, error: '451 4.3.2 crowded' })
  await bench.send('contoso.test')
  expect(await viewOf(bench, 'contoso.test')).toMatchObject({
    ...{ Status: 'Ready', LastError: '451 4.3.2 crowded', RetryCount: 0 },
  })
  free = true
  await bench.advance(second)
  expect(await bench.waiting()).toEqual([])
})

test('what an administrator retries is tried whatever is known of it, once', async () => {
  await using hanging = await hangingBench('opening', 40)
  const { bench } = hanging
  const insists: boolean[] = []
  bench.serve = (lane) => {
    insists.push(lane.insists)
    return Promise.resolve({ kind: 'unreachable', error: '441 4.4.1 no' })
  }
  const [copy] = await bench.send('contoso.test')
  if (copy !== undefined) await bench.scheduler.operations.retry(copy.queue)
  await bench.settle()
  await bench.advance(minute)
  expect(insists).toEqual([false, true, false])
})
