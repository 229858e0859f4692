import { describe, expect, test } from 'vitest'
import type { TrackingEntry } from '../../../src/logs/tracking-log.ts'
import type { AnsweringSession, RecipientResult } from '../../../src/queue/delivery-agent.ts'
import type { QueueEvent } from '../../../src/queue/queue-events.ts'
import {
  type QueueKey,
  poisonQueue,
  redirectionQueue,
  submissionQueue,
  unreachableQueue,
} from '../../../src/queue/queue-key.ts'
import type { Copy, NewMessage } from '../../../src/queue/stored-message.ts'
import {
  queueEventEntries,
  receivedEntries,
  stoppedEntry,
} from '../../../src/services/tracking-entries.ts'
import { reply } from '../../../src/smtp/reply.ts'
import { MessageDraft } from '../../../src/agents/message-draft.ts'
import { anonymousSession } from '../../support/incoming.ts'
import { RecordingStore } from '../../support/recording-store.ts'
import { domainQueue, sampleMessage } from '../../support/queue-samples.ts'

const queue = domainQueue('corp.example')

function copyOf(
  recipients: readonly string[],
  options: { readonly queue?: QueueKey; readonly message?: Partial<NewMessage> } = {},
): Copy {
  return {
    id: 1,
    message: {
      ...sampleMessage({ networkMessageId: 'guid', ...options.message }),
      id: options.message?.source === 'DSN' ? 8 : 7,
    },
    queue: options.queue ?? queue,
    recipients: recipients.map((address) => ({ address })),
    ...{ dueAt: 0, attempts: 0, lastError: '', delayNotified: false },
  }
}

const session: AnsweringSession = {
  id: '08DE0A110000A001',
  localAddress: '::ffff:192.0.2.10',
  host: 'mx.corp.example',
  address: '192.0.2.25',
}

const result = (address: string, more: Partial<RecipientResult>): RecipientResult => ({
  recipient: { address },
  outcome: 'failed',
  reply: '550 5.1.1 User unknown',
  ...more,
})

const tracked = {
  internalMessageId: 7,
  messageId: '<1@example.com>',
  networkMessageId: 'guid',
  totalBytes: 12,
  messageSubject: 'Hello',
  sender: 'alice@example.com',
  returnPath: 'alice@example.com',
  directionality: 'Incoming',
  originalClientIp: '192.0.2.1',
}

const entriesOf = (event: QueueEvent) => queueEventEntries(event, 'EDGE01')
/** What tells one entry from another. */
const essence = ({ source, event, recipients, recipientStatuses }: TrackingEntry) => ({
  what: `${source} ${event}`,
  recipients,
  ...(recipientStatuses !== undefined && { recipientStatuses }),
})

describe('a message that an agent stopped', () => {
  const pending = new RecordingStore().begin()
  const message = sampleMessage({ networkMessageId: 'guid' })
  const recipients = [{ address: 'a@corp.example' }, { address: 'b@corp.example' }]
  const draft = new MessageDraft(message.envelope, { recipients, maxRecipients: 9 })
  const stopped = { session: anonymousSession, pending, message, draft, agent: 'Filter' }

  test.each([
    ['FAIL', '550 5.7.1 No', false],
    ['DROP', 'Filter: spam', true],
  ])('is %s of the agent, with its reason %s', (event, reason, isSilent) => {
    const entry = stoppedEntry({ ...stopped, reason, isSilent }, 'EDGE01')
    expect(entry).toMatchObject({
      event,
      source: 'AGENT',
      message: { ...tracked, internalMessageId: 1 },
      recipients: ['a@corp.example', 'b@corp.example'],
      recipientStatuses: [reason, reason],
      clientIp: '198.51.100.7',
      connectorId: 'EDGE01\\From Internet',
    })
    expect(entry.sourceContext).toMatch(/^Filter;08DD5A1122334401;/)
  })
})

describe('an accepted message', () => {
  test('is RECEIVE with the ends of its session', () => {
    const copies = [copyOf(['bob@corp.example'])]
    expect(receivedEntries({ session: anonymousSession, copies }, 'EDGE01')).toEqual([
      {
        message: tracked,
        source: 'SMTP',
        event: 'RECEIVE',
        recipients: ['bob@corp.example'],
        clientIp: '198.51.100.7',
        clientHostname: 'mx.sender.example',
        serverIp: '192.0.2.10',
        serverHostname: 'EDGE01',
        sourceContext: '08DD5A1122334401;2025-03-03T05:06:19.120Z;0',
        connectorId: 'EDGE01\\From Internet',
        originalServerIp: '192.0.2.10',
      },
    ])
  })

  test('names the client behind a front end', () => {
    const proxiedFor = {
      sessionId: '1',
      client: { address: '203.0.113.9', port: 1 },
      helloName: 'outside.example',
    }
    const [entry] = receivedEntries(
      { session: { ...anonymousSession, proxiedFor }, copies: [copyOf(['b@c.example'])] },
      'EDGE01',
    )
    expect(entry?.customData).toBe(
      'S:ProxiedClientIPAddress=203.0.113.9;S:ProxiedClientHostname=outside.example',
    )
  })

  test('tells the class in which it is delivered', () => {
    const copy = copyOf(['b@c.example'])
    const message = { ...copy.message, properties: { priority: 'High' as const } }
    const [entry] = receivedEntries(
      { session: anonymousSession, copies: [{ ...copy, message }] },
      'EDGE01',
    )
    expect(entry?.customData).toBe('S:DeliveryPriority=High')
  })

  test('tells what the directory made of its recipients, and RECEIVE those that the client named', () => {
    const resolved = {
      recipients: [{ address: 'david@contoso.example' }],
      steps: [
        { event: 'REDIRECT', from: 'david@contoso.example', to: ['david@contoso.onmail.example'] },
      ] as const,
    }
    const copies = [copyOf(['david@contoso.onmail.example'])]
    const entries = receivedEntries({ session: anonymousSession, copies, resolved }, 'EDGE01')
    expect(
      entries.map(({ event, recipients, relatedRecipient }) => [
        event,
        recipients,
        relatedRecipient,
      ]),
    ).toEqual([
      ['RECEIVE', ['david@contoso.example'], undefined],
      ['REDIRECT', ['david@contoso.onmail.example'], 'david@contoso.example'],
    ])
  })

  test('is one RECEIVE for all, and TRANSFER for each copy that was split off by its route', () => {
    const copies = [
      copyOf(['a@corp.example', 'b@corp.example']),
      copyOf(['c@other.example'], { queue: domainQueue('other.example', 'Other') }),
      copyOf(['nobody@nowhere.example'], { queue: submissionQueue }),
    ]
    const entries = receivedEntries({ session: anonymousSession, copies }, 'EDGE01')
    expect(entries.map(essence)).toEqual([
      {
        what: 'SMTP RECEIVE',
        recipients: [
          'a@corp.example',
          'b@corp.example',
          'c@other.example',
          'nobody@nowhere.example',
        ],
      },
      { what: 'ROUTING TRANSFER', recipients: ['c@other.example'] },
    ])
    expect(entries[1]).toMatchObject({ reference: '7', connectorId: 'Other' })
  })
})

describe('a delivery', () => {
  const final = '250 2.6.0 <1@example.com> Queued mail for delivery'

  test('is SEND, from us to the host that took it', () => {
    const recipientReply = reply('250 2.1.5 Recipient OK')
    const results = ['a@corp.example', 'b@corp.example'].map((address) =>
      result(address, { outcome: 'delivered', reply: final, session, recipientReply }),
    )
    const copy = copyOf(['a@corp.example', 'b@corp.example'])
    expect(entriesOf({ kind: 'delivered', copy, results })).toEqual([
      {
        message: tracked,
        source: 'SMTP',
        event: 'SEND',
        recipients: ['a@corp.example', 'b@corp.example'],
        recipientStatuses: ['250 2.1.5 Recipient OK', '250 2.1.5 Recipient OK'],
        clientIp: '192.0.2.10',
        clientHostname: 'EDGE01',
        serverIp: '192.0.2.25',
        serverHostname: 'mx.corp.example',
        sourceContext: `08DE0A110000A001;${final}`,
        connectorId: 'To Internet',
        messageInfo: '2026-01-02T03:04:05.000Z',
      },
    ])
  })

  test('over two sessions is two', () => {
    const other = { ...session, id: '08DE0A110000A002' }
    const results = [
      result('a@corp.example', { outcome: 'delivered', reply: final, session }),
      result('b@corp.example', { outcome: 'delivered', reply: final, session: other }),
      result('c@corp.example', { outcome: 'delivered', reply: final, session }),
    ]
    const entries = entriesOf({ kind: 'delivered', copy: copyOf([]), results })
    expect(entries.map(({ recipients }) => recipients)).toEqual([
      ['a@corp.example', 'c@corp.example'],
      ['b@corp.example'],
    ])
  })
})

test('what a notification tells of refers to it: SEND by its number, FAIL by its Message-ID', () => {
  const other = { ...session, id: '08DE0A110000A002' }
  const told = result('a@corp.example', { outcome: 'delivered', reply: '250 OK', session })
  const untold = { ...told, recipient: { address: 'b@corp.example' }, session: other }
  const notice = { id: 9, messageId: '<dsn@edge.example>', results: [told] }
  const results = [told, untold]
  const references = (kind: 'delivered' | 'failed' | 'expired') =>
    entriesOf({ kind, copy: copyOf([]), results, notice }).map(({ reference }) => reference)
  expect(references('delivered')).toEqual(['9', undefined])
  expect(references('failed')).toEqual(['<dsn@edge.example>', undefined])
  expect(references('expired')).toEqual(['<dsn@edge.example>', undefined])
})

const bob = { recipients: ['bob@corp.example'] }
const dns = '550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain'
const expired = '550 4.4.7 QUEUE.Expired; message expired'
const tooLarge = '550 5.3.4 ROUTING.SizeLimit; too large'

test.each<{ name: string; kind: 'failed' | 'expired'; results: RecipientResult; what: string }>([
  {
    name: 'refused by the next hop',
    kind: 'failed',
    results: result('bob@corp.example', { session }),
    what: 'SMTP FAIL',
  },
  {
    name: 'whose domain is not in the DNS',
    kind: 'failed',
    results: result('bob@corp.example', { reply: dns }),
    what: 'DNS FAIL',
  },
  {
    name: 'that cannot be routed',
    kind: 'failed',
    results: result('bob@corp.example', { reply: tooLarge }),
    what: 'ROUTING FAIL',
  },
  {
    name: 'whose message an administrator removed',
    kind: 'failed',
    results: result('bob@corp.example', {
      reply: '550 4.3.2 QUEUE.Admin; message deleted by administrative action',
    }),
    what: 'ADMIN FAIL',
  },
  {
    name: 'whose time ran out',
    kind: 'expired',
    results: result('bob@corp.example', { reply: expired }),
    what: 'QUEUE FAIL',
  },
])('a recipient $name is $what', ({ kind, results, what }) => {
  const copy = copyOf(['bob@corp.example'])
  expect(entriesOf({ kind, copy, results: [results] }).map(essence)).toEqual([
    { what, ...bob, recipientStatuses: [results.reply] },
  ])
})

test('an expiry tells what stood in the way until then', () => {
  const copy = copyOf(['a@corp.example', 'b@corp.example', 'c@corp.example'])
  const refused = '441 4.4.1 refused'
  const results = [refused, refused, '450 4.2.1 later'].map((lastError, at) => ({
    ...result('bob@corp.example', { reply: expired }),
    recipient: { address: `${at}@corp.example`, lastError },
  }))
  expect(entriesOf({ kind: 'expired', copy, results })).toMatchObject([
    {
      recipientStatuses: [expired, expired, expired],
      sourceContext: `${refused}; 450 4.2.1 later`,
    },
  ])
})

test('a failure names who refused', () => {
  const copy = copyOf(['bob@corp.example'])
  const results = [result('bob@corp.example', { session })]
  expect(entriesOf({ kind: 'failed', copy, results })[0]).toMatchObject({
    serverIp: '192.0.2.25',
    serverHostname: 'mx.corp.example',
    sourceContext: '08DE0A110000A001',
    connectorId: 'To Internet',
  })
})

test('a notification that fails itself is dropped', () => {
  const envelope = { sender: '', body: '7BIT', smtpUtf8: false } as const
  const copy = copyOf(['bob@corp.example'], { message: { envelope, originating: true } })
  const results = [result('bob@corp.example', { session })]
  const entries = entriesOf({ kind: 'failed', copy, results })
  expect(entries.map(essence)).toEqual([
    { what: 'SMTP FAIL', ...bob, recipientStatuses: ['550 5.1.1 User unknown'] },
    { what: 'DSN DROP', ...bob },
  ])
  expect(entries[0]?.message).toMatchObject({ returnPath: '<>', directionality: 'Originating' })
})

test.each([
  { name: 'by its next hop', queue, what: 'SMTP DEFER' },
  { name: 'before it has one', queue: unreachableQueue, what: 'ROUTING DEFER' },
])('a recipient put off $name is $what', ({ queue: at, what }) => {
  const copy = copyOf(['bob@corp.example'], { queue: at })
  const results = [result('bob@corp.example', { outcome: 'retry', reply: '450 4.2.0 Busy' })]
  expect(entriesOf({ kind: 'deferred', copy, results, until: 1 }).map(essence)).toEqual([
    { what, ...bob, recipientStatuses: ['450 4.2.0 Busy'] },
  ])
})

test('a notification is DSN and refers to its original', () => {
  const copy = copyOf(['bob@corp.example'])
  const message = {
    source: 'DSN',
    messageId: '<dsn@edge.example>',
    sourceAddress: '',
    envelope: { sender: '', body: '7BIT', smtpUtf8: false },
    originating: true,
  } as const
  const copies = [copyOf(['alice@example.com'], { message })]
  expect(entriesOf({ kind: 'notified', copy, about: 'failed', copies })).toMatchObject([
    {
      source: 'DSN',
      event: 'DSN',
      message: { internalMessageId: 8, messageId: '<dsn@edge.example>', returnPath: '<>' },
      recipients: ['alice@example.com'],
      reference: '<1@example.com>',
      sourceContext: 'Failure',
    },
  ])
})

describe('copies that are categorized anew', () => {
  const to = [copyOf(['a@corp.example']), copyOf(['b@other.example'])]

  test('out of Submission are TRANSFER behind the first', () => {
    const copy = copyOf([], { queue: submissionQueue })
    expect(entriesOf({ kind: 'moved', copy, to }).map(essence)).toEqual([
      { what: 'ROUTING TRANSFER', recipients: ['b@other.example'] },
    ])
  })

  test.each([queue, unreachableQueue])('out of another queue are RESUBMIT', (from) => {
    const copy = copyOf([], { queue: from })
    expect(entriesOf({ kind: 'moved', copy, to }).map(essence)).toEqual([
      { what: 'QUEUE RESUBMIT', recipients: ['a@corp.example'] },
      { what: 'QUEUE RESUBMIT', recipients: ['b@other.example'] },
    ])
  })
})

test('copies that go into the Poison queue, and out of it, are POISONMESSAGE', () => {
  const poisoned = copyOf(['a@corp.example'], { queue: poisonQueue })
  for (const from of [queue, submissionQueue]) {
    const copy = copyOf([], { queue: from })
    expect(entriesOf({ kind: 'moved', copy, to: [poisoned] }).map(essence)).toEqual([
      { what: 'POISONMESSAGE POISONMESSAGE', recipients: ['a@corp.example'] },
    ])
  }
  const freed = copyOf(['a@corp.example'], { queue: submissionQueue })
  const copy = copyOf([], { queue: poisonQueue })
  expect(entriesOf({ kind: 'moved', copy, to: [freed] }).map(essence)).toEqual([
    { what: 'POISONMESSAGE POISONMESSAGE', recipients: ['a@corp.example'] },
  ])
})

test('copies that an administrator redirects are REDIRECT', () => {
  const to = [copyOf(['a@corp.example'], { queue: redirectionQueue('[10.0.0.1]') })]
  const [entry, ...others] = entriesOf({ kind: 'moved', copy: copyOf([]), to })
  expect(others).toEqual([])
  expect(entry).toMatchObject({
    ...{ source: 'ADMIN', event: 'REDIRECT', recipients: ['a@corp.example'] },
    connectorId: 'Intra-Organization SMTP Send Connector',
    sourceContext: 'Redirected to [10.0.0.1]',
  })
})

test('what concerns no single message leaves no record', () => {
  expect(entriesOf({ kind: 'queued', copy: copyOf(['bob@corp.example']) })).toEqual([])
  const trouble = { error: '441 4.4.1', retryCount: 1, nextRetryAt: 1 }
  expect(entriesOf({ kind: 'queueRetry', queue, ...trouble })).toEqual([])
})
