import { beforeEach, describe, expect, test } from 'vitest'
import type { Agent, AgentCall } from '../../../src/agents/agent.ts'
import type { RoutingEvent } from '../../../src/agents/agent-events.ts'
import type { Occasion } from '../../../src/agents/occasion.ts'
import { LiveValue } from '../../../src/base/live.ts'
import { minute } from '../../../src/base/time-span.ts'
import { AgentRouting } from '../../../src/pipeline/agent-routing.ts'
import { Categorizer, itemOf } from '../../../src/pipeline/categorizer.ts'
import type { ChangedMessage } from '../../../src/queue/recategorized.ts'
import { submissionQueue } from '../../../src/queue/queue-key.ts'
import { type Copy, suspended } from '../../../src/queue/stored-message.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { RecordingStore } from '../../support/recording-store.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'
import { testAgent, testRunner } from '../../support/test-agent.ts'

const tables = new LiveValue(
  routingTables(
    ['contoso.example'],
    [
      sendConnector('Out', ['*'], { SmartHosts: ['10.0.0.1'] }),
      sendConnector('Partner', ['partner.example'], { SmartHosts: ['10.0.0.2'] }),
    ],
  ),
)
const header = 'Received: by us\r\nSubject: Hi\r\n'
const body = '\r\none\r\ntwo\r\n'
const refusal = { code: 550, enhanced: '5.7.1', lines: ['No'] }

let store: RecordingStore
let clock: FakeClock

beforeEach(() => {
  store = new RecordingStore()
  clock = new FakeClock()
})

async function submitted(): Promise<Copy> {
  const pending = store.begin()
  await pending.write(Buffer.from(body))
  const message = {
    envelope: { sender: 'ann@contoso.example', body: '7BIT', smtpUtf8: false },
    messageId: '<m1@contoso.example>',
    subject: 'Hi',
    size: header.length + body.length,
    receivedAt: 1000,
    source: 'SMTP:Default',
    sourceAddress: '192.0.2.1',
    networkMessageId: 'guid',
    originating: true,
  } as const
  const recipients = [{ address: 'a@x.test' }, { address: 'b@y.test' }]
  const copies = [{ queue: submissionQueue, recipients }]
  const [copy] = await pending.commit(message, Buffer.from(header), copies)
  if (copy === undefined) throw new Error('nothing was committed')
  return copy
}

function categorizerWith(...agents: readonly Agent[]) {
  const { runner, told } = testRunner(clock, agents)
  const transportConfig = new LiveValue({ MaxRecipientEnvelopeLimit: 100 })
  const events = new AgentRouting({ agents: runner, store, transportConfig, clock })
  return { categorizer: new Categorizer({ tables, events }), events, told }
}

type Answer = unknown[] | string | ((occasion: Occasion, call: AgentCall) => unknown)

async function categorizedPast(event: RoutingEvent, answer: Answer) {
  const agent = testAgent({ [event]: typeof answer === 'function' ? answer : () => answer })
  const { categorizer, told } = categorizerWith(agent)
  const result = await categorizer.categorize(itemOf(await submitted()))
  return { result, agent, told }
}

async function contentOf(changed: ChangedMessage | undefined): Promise<string> {
  const pieces = [changed?.header ?? Buffer.alloc(0)]
  for (let index = 0; ; index++) {
    const piece = await changed?.pending.readPiece(index)
    if (piece === undefined) return Buffer.concat(pieces).toString('latin1')
    pieces.push(piece)
  }
}

test('with no agent for its events mail is categorized where it comes in', () => {
  const { events } = categorizerWith(testAgent({ OnEndOfData: () => [] }))
  expect(events.isActive).toBe(false)
  const active = categorizerWith(testAgent({ OnRoutedMessage: () => [] }))
  expect(active.events.isActive).toBe(true)
  const { copies } = active.categorizer.start({ recipients: [{ address: 'a@x.test' }], size: 1 })
  expect(copies).toEqual([{ queue: submissionQueue, recipients: [{ address: 'a@x.test' }] }])
})

test('an agent sees header, body and next hops', async () => {
  const pieces: string[] = []
  const { agent, result } = await categorizedPast('OnRoutedMessage', async (_, call) => {
    for (let index = 0; ; index++) {
      const piece = await call.readBody(index)
      if (piece === undefined) return []
      pieces.push(Buffer.from(piece).toString())
    }
  })
  expect(pieces.join('')).toBe('one\r\ntwo\r\n')
  expect(agent.asked).toMatchObject([
    {
      event: 'OnRoutedMessage',
      originating: true,
      source: 'SMTP:Default',
      message: {
        sender: 'ann@contoso.example',
        messageId: '<m1@contoso.example>',
        recipients: [{ address: 'a@x.test', connector: 'Out' }, { address: 'b@y.test' }],
      },
    },
  ])
  expect(result.changed).toBeUndefined()
  expect(store.aborted).toBe(0)
})

test('what changes the header is written as a new message, with what is known of it', async () => {
  const { result } = await categorizedPast('OnSubmittedMessage', [
    { kind: 'set-field', name: 'Subject', value: '[tag] Hi' },
    { kind: 'set-sender', address: 'ann@fabrikam.example' },
    { kind: 'set-property', name: 'scl', value: 3 },
  ])
  const content = 'Received: by us\r\nSubject: [tag] Hi\r\n\r\none\r\ntwo\r\n'
  expect(await contentOf(result.changed)).toBe(content)
  expect(result.changed?.message).toMatchObject({
    envelope: { sender: 'ann@fabrikam.example' },
    subject: '[tag] Hi',
    size: content.length,
    properties: { scl: 3 },
    networkMessageId: 'guid',
    receivedAt: 1000,
  })
})

test('agents of several events change one message; only the last one is left', async () => {
  const { categorizer } = categorizerWith(
    testAgent({
      OnSubmittedMessage: () => [{ kind: 'add-field', name: 'X-One', value: '1', at: 'bottom' }],
      OnResolvedMessage: () => [{ kind: 'add-field', name: 'X-Two', value: '2', at: 'bottom' }],
      OnCategorizedMessage: () => [{ kind: 'replace-body', body: Buffer.from('new') }],
    }),
  )
  const { changed } = await categorizer.categorize(itemOf(await submitted()))
  expect(await contentOf(changed)).toBe(`${header}X-One: 1\r\nX-Two: 2\r\n\r\nnew`)
  expect(store.aborted).toBe(1)
})

test('recipients are changed and refused one by one', async () => {
  const { result } = await categorizedPast('OnResolvedMessage', [
    { kind: 'add-recipient', address: 'c@z.test' },
    { kind: 'reject-recipient', address: 'b@y.test', reply: refusal },
  ])
  const addresses = result.copies.flatMap((copy) => copy.recipients.map(({ address }) => address))
  expect(addresses.sort()).toEqual(['a@x.test', 'c@z.test'])
  expect(result.failed).toMatchObject([
    { recipient: { address: 'b@y.test' }, outcome: 'failed', reply: '550 5.7.1 No' },
  ])
  expect(result.changed).toBeUndefined()
})

test('a recipient goes by the connector that an agent chose, the others by theirs', async () => {
  const { result } = await categorizedPast('OnResolvedMessage', [
    { kind: 'route', address: 'B@y.test', connector: 'partner' },
  ])
  const ways = result.copies.map(({ queue, recipients }) => [
    queue.nextHopConnector,
    ...recipients.map(({ address }) => address),
  ])
  expect(ways.sort()).toEqual([
    ['Out', 'a@x.test'],
    ['Partner', 'b@y.test'],
  ])
  expect(result.changed?.message.properties).toEqual({ routes: { 'b@y.test': 'partner' } })
})

test('one that is not there keeps its recipient waiting, and says so', async () => {
  const { result } = await categorizedPast('OnResolvedMessage', [
    { kind: 'route', address: 'b@y.test', connector: 'Nowhere' },
  ])
  expect(result.copies[1]).toMatchObject({
    queue: { deliveryType: 'Unreachable' },
    recipients: [{ lastError: 'The connector Nowhere that an agent chose cannot be used' }],
  })
})

describe('an agent', () => {
  test('refuses the message: all its recipients fail with the reply', async () => {
    const { result } = await categorizedPast('OnSubmittedMessage', [
      { kind: 'reject', reply: refusal },
    ])
    expect(result.copies).toEqual([])
    expect(result.failed.map(({ reply }) => reply)).toEqual(['550 5.7.1 No', '550 5.7.1 No'])
  })

  test('deletes it', async () => {
    const { result } = await categorizedPast('OnSubmittedMessage', [
      { kind: 'discard', reason: 'spam' },
    ])
    expect(result).toMatchObject({ copies: [], failed: [], dropped: [{}, {}] })
  })

  test('puts it off until a time', async () => {
    const { result } = await categorizedPast('OnSubmittedMessage', [
      { kind: 'defer', until: 5000, reason: 'not yet' },
    ])
    expect(result.deferred).toMatchObject({
      until: 5000,
      recipients: [{ lastError: '451 4.7.0 AGENT.Deferred; Test Agent: not yet' }, {}],
    })
  })

  test('has it held', async () => {
    const { result } = await categorizedPast('OnSubmittedMessage', [
      { kind: 'quarantine', reason: 'spam' },
    ])
    expect(result.copies).toMatchObject([
      { dueAt: suspended, recipients: [{ lastError: 'Quarantined by Test Agent: spam' }, {}] },
    ])
  })

  test('that fails puts it off, with the reason, and nothing it wrote is left', async () => {
    const { categorizer, told } = categorizerWith(
      testAgent({
        OnSubmittedMessage: () => [{ kind: 'add-field', name: 'X', value: '1', at: 'top' }],
        OnRoutedMessage: () => 'nonsense',
      }),
    )
    const result = await categorizer.categorize(itemOf(await submitted()))
    expect(result.copies).toEqual([])
    expect(result.deferred).toMatchObject({
      until: clock.now() + 5 * minute,
      recipients: [
        {
          lastError:
            '451 4.7.0 AGENT.Deferred; Test Agent failed: the answer is no list of actions',
        },
        {},
      ],
    })
    expect(told).toHaveLength(1)
    expect(store.aborted).toBe(1)
  })
})

test('a message that the store cannot write or read now waits', async () => {
  const { categorizer } = categorizerWith(
    testAgent({
      OnSubmittedMessage: () => [{ kind: 'add-field', name: 'X', value: '1', at: 'top' }],
    }),
  )
  const item = itemOf(await submitted())
  store.failNext('write', 'DISK_FULL')
  const result = await categorizer.categorize(item)
  expect(result.copies).toEqual([])
  expect(result.deferred?.recipients[0]?.lastError).toContain('write failed on demand')
  expect(store.aborted).toBe(1)
})
