import { beforeEach, describe, expect, test } from 'vitest'
import type { Agent } from '../../../src/agents/agent.ts'
import type { AgentCall } from '../../../src/agents/agent.ts'
import type { AgentEvent } from '../../../src/agents/agent-events.ts'
import type { Occasion } from '../../../src/agents/occasion.ts'
import { LiveValue } from '../../../src/base/live.ts'
import { transportConfigSchema } from '../../../src/dsn/transport-config.ts'
import { Categorizer } from '../../../src/pipeline/categorizer.ts'
import { QueueSubmission } from '../../../src/pipeline/submission.ts'
import type { StoppedMessage } from '../../../src/pipeline/submitted-message.ts'
import { type Copy, suspended } from '../../../src/queue/stored-message.ts'
import { replyText } from '../../../src/smtp/reply.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { beginMessage, mailTransaction, sendMessage } from '../../support/incoming.ts'
import { RecordingStore } from '../../support/recording-store.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'
import { testAgent, testRunner } from '../../support/test-agent.ts'

const refusal = { code: 550, enhanced: '5.7.1', lines: ['Not this one'] }
const header = 'Message-ID: <m1@s.example>\r\nDate: now\r\nSubject: Hi\r\n'
const tables = new LiveValue(
  routingTables(
    ['corp.example', 'other.example'],
    [sendConnector('In', ['--'], { SmartHosts: ['10.0.0.1'] })],
  ),
)

let store: RecordingStore
let stopped: StoppedMessage[]
let faults: string[]
let queued: Copy[]

beforeEach(() => {
  store = new RecordingStore()
  stopped = []
  faults = []
  queued = []
})

function submissionWith(agents: readonly Agent[], settings: object = {}) {
  const clock = new FakeClock()
  const { runner, told } = testRunner(clock, agents)
  const submission = new QueueSubmission({
    store,
    categorizer: new Categorizer({ tables }),
    transportConfig: new LiveValue(transportConfigSchema.parse(settings)),
    server: { Fqdn: 'edge01.corp.example' },
    clock,
    newGuid: () => 'guid',
    agents: runner,
    onStopped: (message) => stopped.push(message),
    enqueue: (copies) => void queued.push(...copies),
    onFault: (what) => faults.push(what),
  })
  return { submission, told, clock }
}

type AgentAnswer = unknown[] | string | ((occasion: Occasion, call: AgentCall) => unknown)

/** Sends a message past an agent that answers so at one event. */
async function sendPast(
  event: AgentEvent,
  answer: AgentAnswer,
  recipients: readonly string[] = ['a@corp.example'],
) {
  const agent = testAgent({ [event]: typeof answer === 'function' ? answer : () => answer })
  const { submission, told } = submissionWith([agent])
  const content = [header, '\r\n', 'one\r\ntwo\r\n']
  const reply = await sendMessage(submission, { recipients, content })
  return { reply, agent, told }
}

const stored = () => store.messages[0]?.content.toString('latin1') ?? ''
const addresses = () => queued.flatMap(({ recipients }) => recipients.map(({ address }) => address))

describe('at OnEndOfData an agent', () => {
  test('sees the whole message', async () => {
    const pieces: string[] = []
    const { agent } = await sendPast('OnEndOfData', async (_: Occasion, call: AgentCall) => {
      for (let index = 0; ; index++) {
        const piece = await call.readBody(index)
        if (piece === undefined) return []
        pieces.push(Buffer.from(piece).toString())
      }
    })
    expect(pieces.join('')).toBe('one\r\ntwo\r\n')
    expect(agent.asked).toMatchObject([
      {
        session: { client: { address: '198.51.100.7' }, helloName: 'mx.sender.example' },
        message: {
          sender: 'bob@sender.example',
          recipients: [{ address: 'a@corp.example' }],
          messageId: '<m1@s.example>',
          networkMessageId: 'guid',
          internalId: 1,
        },
      },
    ])
    const [occasion] = agent.asked
    const size = occasion !== undefined && 'message' in occasion ? occasion.message.size : 0
    expect(size).toBe(stored().length)
  })

  test('tags the subject: what is stored and what is shown', async () => {
    await sendPast('OnEndOfData', [{ kind: 'set-field', name: 'Subject', value: '[tag] Hi' }])
    expect(stored()).toContain('\r\nSubject: [tag] Hi\r\n\r\none\r\n')
    expect(store.messages[0]?.message).toMatchObject({ subject: '[tag] Hi', size: stored().length })
  })

  test('replaces the body, and the next one sees the new one', async () => {
    const first = testAgent({
      OnEndOfData: () => [{ kind: 'replace-body', body: Buffer.from('new\r\n') }],
    })
    const seen: (string | undefined)[] = []
    const next = testAgent({
      async OnEndOfData(_, call) {
        seen.push((await call.readBody(0))?.toString())
        return []
      },
    })
    const { submission } = submissionWith([first, next])
    await sendMessage(submission, { recipients: ['a@corp.example'], content: [header, '\r\nold'] })
    expect(stored()).toMatch(/\r\n\r\nnew\r\n$/)
    expect(seen).toEqual(['new\r\n'])
    expect(store.aborted).toBe(1)
  })

  test('may not make it larger than it may be', async () => {
    const body = Buffer.alloc(2048)
    const agent = testAgent({ OnEndOfData: () => [{ kind: 'replace-body', body }] })
    const { submission, told } = submissionWith([agent], { MaxReceiveSize: '1KB' })
    const recipients = ['a@corp.example']
    const reply = await sendMessage(submission, { recipients, content: [header, '\r\nold'] })
    expect(reply).toMatch(/^451 4\.7\.0 .*AGENT$/)
    expect(told).toMatchObject([
      { details: { reason: 'the message would be larger than 1024 octets' } },
    ])
    expect(store.messages).toEqual([])
  })

  test.each<[string, unknown[] | string, RegExp]>([
    ['refuses it', [{ kind: 'reject', reply: refusal }], /^550 5\.7\.1 Not this one$/],
    ['puts it off', [{ kind: 'defer' }], /^451 4\.7\.1 Please try again later$/],
    ['ends the connection', [{ kind: 'disconnect' }], /^421 4\.3\.2 /],
    ['fails', 'nonsense', /^451 4\.7\.0 .*AGENT$/],
  ])('%s, and nothing of it is left', async (_, answer, expected) => {
    const { reply } = await sendPast('OnEndOfData', answer)
    expect(reply).toMatch(expected)
    expect(stopped).toMatchObject([{ agent: 'Test Agent', reason: reply, isSilent: false }])
    expect(store.messages).toEqual([])
    expect(store.aborted).toBe(1)
  })

  test('deletes it, and the sender takes it for accepted', async () => {
    const { reply } = await sendPast('OnEndOfData', [{ kind: 'discard', reason: 'spam' }])
    expect(reply).toMatch(/^250 2\.6\.0 <m1@s\.example> \[InternalId=1, /)
    expect(store.messages).toEqual([])
    expect(store.aborted).toBe(1)
    expect(stopped).toMatchObject([
      {
        agent: 'Test Agent',
        reason: 'Test Agent: spam',
        isSilent: true,
        message: { subject: 'Hi' },
        pending: { id: 1 },
        session: { sessionId: '08DD5A1122334401' },
      },
    ])
  })

  test('holds it for an administrator', async () => {
    const { reply } = await sendPast('OnEndOfData', [{ kind: 'quarantine', reason: 'spam' }])
    expect(reply).toMatch(/^250 /)
    expect(queued).toMatchObject([
      {
        dueAt: suspended,
        recipients: [{ address: 'a@corp.example', lastError: 'Quarantined by Test Agent: spam' }],
      },
    ])
  })

  test('sets properties', async () => {
    await sendPast('OnEndOfData', [{ kind: 'set-property', name: 'scl', value: 6 }])
    expect(store.messages[0]?.message.properties).toEqual({ scl: 6 })
  })

  test('changes the recipients, and each one gets its next hop', async () => {
    await sendPast(
      'OnEndOfData',
      [
        { kind: 'add-recipient', address: 'new@other.example' },
        { kind: 'redirect-recipient', from: 'a@corp.example', to: 'z@corp.example' },
        { kind: 'remove-recipient', address: 'b@corp.example' },
      ],
      ['a@corp.example', 'b@corp.example'],
    )
    expect(addresses().sort()).toEqual(['new@other.example', 'z@corp.example'])
  })

  test('may leave no recipient: then it is deleted', async () => {
    const { reply } = await sendPast('OnEndOfData', [
      { kind: 'remove-recipient', address: 'a@corp.example' },
    ])
    expect(reply).toMatch(/^250 /)
    expect(store.messages).toEqual([])
    expect(stopped).toMatchObject([{ reason: 'agents left no recipient' }])
  })
})

describe('at OnEndOfHeaders', () => {
  test('an agent sees the header as the relay accepted it, before the body', async () => {
    const { agent } = await sendPast('OnEndOfHeaders', [])
    const [occasion] = agent.asked
    const seen = occasion !== undefined && 'message' in occasion ? occasion.message.header : []
    const text = Buffer.from(seen).toString()
    expect(text).toMatch(/^Received: from mx\.sender\.example /)
    expect(text).toMatch(/\r\nSubject: Hi\r\n$/)
  })

  test.each<[string, unknown[] | string, RegExp]>([
    ['a refusal is told at the end', [{ kind: 'reject', reply: refusal }], /^550 5\.7\.1 /],
    ['a deleted message is swallowed to its end', [{ kind: 'discard' }], /^250 2\.6\.0 /],
  ])('%s, and nothing of the body is stored', async (_, answer, expected) => {
    const { reply } = await sendPast('OnEndOfHeaders', answer)
    expect(reply).toMatch(expected)
    expect(store.written).toBe(0)
    expect(store.messages).toEqual([])
  })

  test('a message without a body has its header, too', async () => {
    const agent = testAgent({
      OnEndOfHeaders: () => [{ kind: 'add-field', name: 'X-A', value: 'b', at: 'bottom' }],
    })
    const { submission } = submissionWith([agent])
    await sendMessage(submission, { recipients: ['a@corp.example'], content: [header] })
    expect(stored()).toMatch(/\r\nX-A: b\r\n$/)
  })

  test('who authenticates as somebody else is refused before any agent sees it', async () => {
    const agent = testAgent({ OnEndOfHeaders: () => [] })
    const { submission } = submissionWith([agent])
    const hops = 'Received: from x by y; now\r\n'.repeat(31)
    const recipients = ['a@corp.example']
    const reply = await sendMessage(submission, { recipients, content: [hops, '\r\n'] })
    expect(reply).toMatch(/^554 5\.4\.6 /)
    expect(agent.asked).toEqual([])
  })
})

describe('at the commands', () => {
  test('MAIL is refused', async () => {
    const { submission } = submissionWith([
      testAgent({ OnMailCommand: () => [{ kind: 'reject', reply: refusal }] }),
    ])
    const answer = await submission.begin(mailTransaction())
    expect('code' in answer && replyText(answer)).toBe('550 5.7.1 Not this one')
  })

  test('the sender is changed for good', async () => {
    await sendPast('OnMailCommand', [{ kind: 'set-sender', address: 'x@corp.example' }])
    expect(store.messages[0]?.message.envelope.sender).toBe('x@corp.example')
  })

  test('one recipient is refused, the others are not', async () => {
    const agent = testAgent({
      OnRcptCommand: (occasion) =>
        occasion.event === 'OnRcptCommand' && occasion.recipient.address.startsWith('no')
          ? [{ kind: 'reject', reply: refusal }]
          : [],
    })
    const { submission } = submissionWith([agent])
    const message = await beginMessage(submission, mailTransaction())
    expect(await message.addRecipient({ address: 'no@corp.example' })).toEqual(refusal)
    expect(await message.addRecipient({ address: 'yes@corp.example' })).toBeUndefined()
    expect(await message.startContent()).toBeUndefined()
  })

  test('a recipient gets another address, which is the one that is looked up', async () => {
    const agent = testAgent({
      OnRcptCommand: () => [
        { kind: 'redirect-recipient', from: 'A@corp.example', to: 'b@other.example' },
      ],
    })
    const { submission } = submissionWith([agent])
    const message = await beginMessage(submission, mailTransaction())
    const looked: string[] = []
    await message.addRecipient({ address: 'a@corp.example' }, (address) => {
      looked.push(address)
      return undefined
    })
    await message.startContent()
    await message.write(Buffer.from(`${header}\r\n`))
    await message.commit()
    expect(looked).toEqual(['b@other.example'])
    expect(queued[0]?.recipients).toEqual([
      { address: 'b@other.example', originalRecipient: 'rfc822;a@corp.example' },
    ])
  })

  test('DATA is refused', async () => {
    const { submission } = submissionWith([
      testAgent({ OnDataCommand: () => [{ kind: 'reject', reply: refusal }] }),
    ])
    const message = await beginMessage(submission, mailTransaction())
    await message.addRecipient({ address: 'a@corp.example' })
    expect(await message.startContent()).toEqual(refusal)
  })
})

test('a file that was put into a folder meets no agent of a session', async () => {
  const agent = testAgent({ OnMailCommand: () => [], OnEndOfData: () => [] })
  const { submission } = submissionWith([agent])
  const { session } = mailTransaction()
  const file = { folder: 'Pickup', name: 'a.eml', source: 'Pickup' } as const
  const transaction = mailTransaction({ session: { ...session, file } })
  const message = await beginMessage(submission, transaction)
  await message.addRecipient({ address: 'a@corp.example' })
  await message.startContent()
  await message.write(Buffer.from(`${header}\r\n`))
  expect((await message.commit()).code).toBe(250)
  expect(agent.asked).toEqual([])
})
