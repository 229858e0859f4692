import { describe, expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { Categorizer, itemOf } from '../../../src/pipeline/categorizer.ts'
import type {
  RoutingEvents,
  StageAnswer,
  StagedMail,
} from '../../../src/pipeline/routing-events.ts'
import { submissionQueue } from '../../../src/queue/queue-key.ts'
import { type Copy, suspended } from '../../../src/queue/stored-message.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeDirectory, group, remote } from '../../support/fake-directory.ts'
import { commitTo, domainQueue } from '../../support/queue-samples.ts'
import { MemoryQueueStore } from '../../support/memory-queue-store.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'

type Told = readonly [string, ...string[]]
type Script = Partial<Record<string, (mail: StagedMail) => Partial<StageAnswer>>>

/** Agents that do what a test says at some events, and tell what they saw. */
class ScriptedEvents implements RoutingEvents {
  readonly isActive = true
  readonly told: Told[] = []
  readonly #script: Script

  constructor(script: Script) {
    this.#script = script
  }

  ask(event: string, mail: StagedMail): Promise<StageAnswer> {
    const { recipients, copies } = mail
    this.told.push([
      event,
      ...recipients.map(({ address }) => address),
      ...copies.map(({ queue }) => `to ${queue.nextHopDomain}`),
    ])
    const passed = { kind: 'passed', recipients } as const
    return Promise.resolve({ ...passed, ...this.#script[event]?.(mail) } as StageAnswer)
  }
}

const tables = new LiveValue(
  routingTables(['contoso.example'], [sendConnector('Internet', ['*.test', 'contoso.example'])]),
)
const directory = new FakeDirectory([
  remote('david@contoso.example', 'david@cloud.test'),
  group('all@contoso.example', 'david@contoso.example', 'x@far.test'),
])

async function submitted(address: string, queue = submissionQueue): Promise<Copy> {
  const [copy] = await commitTo(new MemoryQueueStore(new FakeClock()), [queue])
  if (copy === undefined) throw new Error('nothing was committed')
  return { ...copy, recipients: [{ address }] }
}

async function categorized(script: Script, copy: Copy) {
  const events = new ScriptedEvents(script)
  const resolution = { directory, clock: new FakeClock() }
  const categorizer = new Categorizer({ tables, resolution, events })
  return { told: events.told, result: await categorizer.categorize(itemOf(copy)) }
}

test('agents are asked between the stages, each time of what is known then', async () => {
  const { told, result } = await categorized({}, await submitted('all@contoso.example'))
  expect(told).toEqual([
    ['OnSubmittedMessage', 'all@contoso.example'],
    ['OnResolvedMessage', 'x@far.test', 'david@cloud.test'],
    ['OnRoutedMessage', 'x@far.test', 'david@cloud.test', 'to far.test', 'to cloud.test'],
    ['OnCategorizedMessage', 'x@far.test', 'david@cloud.test', 'to far.test', 'to cloud.test'],
  ])
  expect(result.copies.map(({ queue }) => queue.nextHopDomain)).toEqual(['far.test', 'cloud.test'])
})

test.each(['OnSubmittedMessage', 'OnResolvedMessage', 'OnRoutedMessage', 'OnCategorizedMessage'])(
  'who is added at %s is resolved and routed like the others',
  async (event) => {
    const added = ({ recipients }: StagedMail) => ({
      recipients: [...recipients, { address: 'david@contoso.example' }],
    })
    const { result } = await categorized({ [event]: added }, await submitted('y@near.test'))
    expect(result.copies.map(({ queue }) => queue.nextHopDomain)).toEqual([
      'near.test',
      'cloud.test',
    ])
  },
)

test('what an agent puts off waits in Submission as it was, with the reason', async () => {
  const later = () => ({ kind: 'deferred', reason: 'later', until: 5 }) as const
  const { result, told } = await categorized(
    { OnRoutedMessage: later },
    await submitted('all@contoso.example'),
  )
  expect(told.map(([event]) => event)).not.toContain('OnCategorizedMessage')
  expect(result).toEqual({
    copies: [],
    failed: [],
    deferred: {
      recipients: [
        { address: 'all@contoso.example', lastError: '451 4.7.0 AGENT.Deferred; later' },
      ],
      until: 5,
    },
  })
})

test('what an agent deletes is told to nobody', async () => {
  const gone = () => ({ kind: 'discarded', reason: '250 2.7.0 deleted' }) as const
  const { result } = await categorized({ OnResolvedMessage: gone }, await submitted('y@near.test'))
  expect(result).toMatchObject({
    copies: [],
    failed: [],
    dropped: [{ reply: '250 2.7.0 deleted' }],
  })
})

test('what an agent holds is suspended in its queues with the reason', async () => {
  const hold = () => ({ held: 'quarantined: a word' })
  const { result } = await categorized({ OnSubmittedMessage: hold }, await submitted('y@near.test'))
  expect(result.copies).toMatchObject([
    {
      queue: { nextHopDomain: 'near.test' },
      dueAt: suspended,
      recipients: [{ address: 'y@near.test', lastError: 'quarantined: a word' }],
    },
  ])
})

test('a recipient that an agent refuses fails, the others go on', async () => {
  const refuse = ({ recipients: [first, ...others] }: StagedMail) => ({
    recipients: others,
    failed:
      first === undefined
        ? []
        : [{ recipient: first, outcome: 'failed' as const, reply: '550 5.7.1 no' }],
  })
  const { result } = await categorized(
    { OnResolvedMessage: refuse },
    await submitted('all@contoso.example'),
  )
  expect(result.failed.map(({ recipient }) => recipient.address)).toEqual(['x@far.test'])
  expect(result.copies.map(({ queue }) => queue.nextHopDomain)).toEqual(['cloud.test'])
})

describe('agents are not asked', () => {
  test('in a session: what arrives goes to Submission', () => {
    const categorizer = new Categorizer({ tables, events: new ScriptedEvents({}) })
    const { copies } = categorizer.start({ recipients: [{ address: 'y@near.test' }], size: 0 })
    expect(copies).toEqual([{ queue: submissionQueue, recipients: [{ address: 'y@near.test' }] }])
  })

  test('once more for what waits for its next hop', async () => {
    const copy = await submitted('y@near.test', domainQueue('near.test'))
    expect((await categorized({}, copy)).told).toEqual([])
  })
})
