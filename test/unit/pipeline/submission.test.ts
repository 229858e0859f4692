import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { transportConfigSchema } from '../../../src/dsn/transport-config.ts'
import { HeaderCollector } from '../../../src/message/header-collector.ts'
import { formatMailDate } from '../../../src/message/mail-date.ts'
import type { SessionFacts } from '../../../src/message/message-sink.ts'
import type { RoutingTables } from '../../../src/pipeline/routing.ts'
import { Categorizer, itemOf } from '../../../src/pipeline/categorizer.ts'
import { QueueSubmission } from '../../../src/pipeline/submission.ts'
import type { PrioritySettings } from '../../../src/queue/priority-queuing.ts'
import type { Copy } from '../../../src/queue/stored-message.ts'
import {
  anonymousSession,
  beginMessage,
  mailTransaction,
  sendMessage,
} from '../../support/incoming.ts'
import { RecordingStore } from '../../support/recording-store.ts'
import { schedulerSettings } from '../../support/scheduler-bench.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'

const time = Date.UTC(2026, 9, 1, 9, 0, 0)
const date = formatMailDate(time)
const trace =
  'Received: from mx.sender.example (198.51.100.7) by edge01.corp.example\r\n' +
  ` (192.0.2.10) with Microsoft SMTP Server id 15.2.1.0;\r\n ${date}\r\n`
const accepted = (id: string) =>
  `250 2.6.0 ${id} [InternalId=1, Hostname=edge01.corp.example] Queued mail for delivery`

let store: RecordingStore
let queued: Copy[]
let takeOver: (copies: readonly Copy[]) => void
let faults: string[]
/** Session and messages that were told of. */
let received: [string, number[]][]
const tables = new LiveValue<RoutingTables>(routingTables([], []))
const categorizer = new Categorizer({ tables })
const priorities = new LiveValue<PrioritySettings>(schedulerSettings)
const transportConfig = new LiveValue(transportConfigSchema.parse({}))
let submission: QueueSubmission

beforeEach(() => {
  store = new RecordingStore()
  queued = []
  faults = []
  received = []
  tables.set(
    routingTables(
      ['corp.example'],
      [sendConnector('In', ['--'], { SmartHosts: ['10.0.0.1'], MaxMessageSize: 5000 })],
    ),
  )
  transportConfig.set(transportConfigSchema.parse({}))
  priorities.set(schedulerSettings)
  takeOver = (copies) => void queued.push(...copies)
  const enqueue = (copies: readonly Copy[]) => takeOver(copies)
  submission = new QueueSubmission({
    store,
    categorizer,
    transportConfig,
    priorities,
    server: { Fqdn: 'edge01.corp.example' },
    clock: { ...systemClock, now: () => time },
    newGuid: () => 'guid',
    onReceived: (session, copies) => {
      expect(queued).toEqual([])
      received.push([session.sessionId, copies.map(({ message }) => message.id)])
    },
    enqueue,
    onFault: (what) => faults.push(what),
  })
})

const send = (content: string | string[], more: object = {}) =>
  sendMessage(submission, {
    recipients: ['a@corp.example'],
    content: typeof content === 'string' ? [content] : content,
    ...more,
  })
const storedContent = () => store.messages[0]?.content.toString('latin1')

const complete = 'Message-ID: <m1@s.example>\r\nDate: now\r\nSubject: =?utf-8?Q?H=C3=A9?=\r\n'

describe('an accepted message', () => {
  test('is answered with its id, and stored with our trace field on top', async () => {
    expect(await send(`${complete}\r\nbody\xff\n.\r`)).toBe(accepted('<m1@s.example>'))
    expect(storedContent()).toBe(`${trace}${complete}\r\nbody\xff\n.\r`)
    expect(store.messages[0]?.message).toEqual({
      id: 1,
      envelope: { sender: 'bob@sender.example', body: '7BIT', smtpUtf8: false },
      messageId: '<m1@s.example>',
      subject: 'Hé',
      size: store.messages[0]?.content.length,
      receivedAt: time,
      source: 'SMTP:From Internet',
      sourceAddress: '198.51.100.7',
      sourceName: 'mx.sender.example',
      networkMessageId: 'guid',
    })
  })

  describe('is of the class of priority that its header names', () => {
    const partner: SessionFacts = { ...anonymousSession, principal: { kind: 'ExternallySecured' } }
    const classOf = async (session: SessionFacts, body = '') => {
      await send(`${complete}X-Priority: 1\r\n\r\n${body}`, { transaction: { session } })
      return store.messages[0]?.message.properties?.priority
    }
    const enable = (PriorityQueuingEnabled: boolean) =>
      priorities.set({ ...schedulerSettings, PriorityQueuingEnabled })

    test('when its sender proved who it is', async () => {
      enable(true)
      expect(await classOf(partner)).toBe('High')
    })

    test('and not when a stranger wrote it', async () => {
      enable(true)
      expect(await classOf(anonymousSession)).toBeUndefined()
    })

    test('but of none that is too large for it', async () => {
      enable(true)
      expect(await classOf(partner, 'x'.repeat(250 * 1024))).toBe('Normal')
    })

    test('and of none when priority queuing is off', async () => {
      enable(false)
      expect(await classOf(partner)).toBeUndefined()
    })
  })

  describe('keeps a network message id', () => {
    const given = '7F0C1F0E-5b1d-4c4a-8f1a-08de0a110001'
    const content = (id: string) =>
      `X-MS-Exchange-Organization-Network-Message-Id: ${id}\r\n${complete}\r\n`
    const trusted: SessionFacts = {
      ...anonymousSession,
      principal: { kind: 'ExternallySecured' },
      permissions: new Set([...anonymousSession.permissions, 'AcceptOrganizationHeaders']),
    }
    const stored = () => store.messages[0]?.message

    test('of the organisation, when its server hands the message on', async () => {
      await send(content(given), { transaction: { session: trusted } })
      expect(stored()).toMatchObject({ networkMessageId: given.toLowerCase(), originating: true })
    })

    test.each([
      ['that a stranger made up', anonymousSession, given],
      ['that is none', trusted, 'guid-'],
    ])('of its own instead of one %s', async (_, session, id) => {
      await send(content(id), { transaction: { session } })
      expect(stored()?.networkMessageId).toBe('guid')
    })
  })

  test('is told of with its session before it is handed on', async () => {
    await send(`${complete}\r\n`)
    expect(received).toEqual([[anonymousSession.sessionId, [1]]])
    expect(queued).toHaveLength(1)
  })

  test('is handed on, leased, one copy per next hop', async () => {
    const recipients = ['a@corp.example', 'b@nowhere.invalid', 'c@corp.example']
    await send(`${complete}\r\n`, { recipients })
    expect(queued.map((copy) => [copy.queue.nextHopDomain, copy.recipients.length])).toEqual([
      ['[10.0.0.1]', 2],
      ['Unreachable Domain', 1],
    ])
  })

  test('is the same however its content is cut up', async () => {
    const content = `${complete}\r\nbody\r\n`
    await send(Array.from(content))
    expect(storedContent()).toBe(trace + content)
  })

  test('gets the Message-ID and Date it lacks', async () => {
    expect(await send('Subject: x\r\nMessage-ID:\r\n\r\nbody')).toBe(
      accepted('<guid@edge01.corp.example>'),
    )
    expect(storedContent()).toBe(
      `${trace}Subject: x\r\nMessage-ID: <guid@edge01.corp.example>\r\nDate: ${date}\r\n\r\nbody`,
    )
  })

  test.each([
    ['body without header\r\n', '\r\nbody without header\r\n'],
    ['', ''],
    ['\r\nbody', '\r\nbody'],
  ])('keeps %j as its body, behind a separator', async (content, body) => {
    await send(content)
    const added = `Message-ID: <guid@edge01.corp.example>\r\nDate: ${date}\r\n`
    expect(storedContent()).toBe(trace + added + body)
  })

  test('completes a header that ends in mid-line', async () => {
    await send('Message-ID: <x@y>\r\nDate: now')
    expect(storedContent()).toBe(`${trace}Message-ID: <x@y>\r\nDate: now\r\n`)
  })

  test('of a proxied client shows the hop from the front end, and the client as its source', async () => {
    const session = {
      ...anonymousSession,
      helloName: 'fe.corp.example',
      remote: { address: '::ffff:127.0.0.1', port: 1 },
      proxiedFor: {
        sessionId: '1',
        client: { address: '203.0.113.9', port: 2 },
        helloName: 'client.example',
      },
    }
    await send(`${complete}\r\n`, { transaction: { session } })
    expect(storedContent()).toMatch(
      /^Received: from fe\.corp\.example \(127\.0\.0\.1\) by edge01\.corp\.example \(192/,
    )
    expect(storedContent()?.match(/^Received:/gm)).toHaveLength(1)
    expect(store.messages[0]?.message).toMatchObject({
      sourceAddress: '203.0.113.9',
      sourceName: 'client.example',
    })
  })

  test('loses the header families its session may not bring', async () => {
    const forged = 'X-MS-Exchange-Organization-SCL: -1\r\n'
    await send(`${complete}${forged}\r\n`)
    expect(storedContent()).toBe(`${trace}${complete}\r\n`)
  })

  // Such a CR leaves as a line end, and would give the next hop a field that nobody has judged.
  test.each([
    ['field', 'Subject: a\rX-MS-Exchange-Organization-SCL: -1\r\n', 'Subject: a\r\n'],
    ['folded line', 'Subject: a\r b\r\n', 'Subject: a\r\n b\r\n'],
    ['empty line', 'Subject: a\r\rX-MS-Exchange-Organization-SCL: -1\r\n', undefined],
    ['line of the body', 'Subject: a\rno field\r\nX-MS-Exchange-Forest-A: b\r\n', undefined],
  ])('has no %s hidden behind a bare CR', async (_, hiding, shown) => {
    await send(`${hiding}${complete.replace(/^Subject.*\r\n/m, '')}\r\nbody\r`)
    const wire = storedContent()?.replace(/\r(?!\n)/g, '\r\n') ?? ''
    const [header = ''] = wire.split('\r\n\r\n', 1)
    expect(header).not.toMatch(/^X-MS-Exchange/m)
    expect(header).toMatch(/^Received: [^]*^Subject: a$[^]*^Message-ID: /m)
    if (shown !== undefined) expect(`${header}\r\n`).toContain(shown)
    expect(wire).toMatch(/\r\n\r\n[^]*body/)
  })

  test('its reply stays one line whatever the Message-ID holds', async () => {
    const reply = await send(`Message-ID: <a\x07b\x00${'x'.repeat(5000)}>\r\n\r\n`)
    expect(reply).toMatch(/^250 2\.6\.0 <a b x{200,} \[InternalId=1, /)
    expect(reply.length).toBeLessThan(512)
  })
})

test('any content becomes a message with a whole header, and its body is untouched unless a CR stood alone above it', async () => {
  const token = fc.constantFrom(
    ...[
      '\r',
      '\n',
      '\r\n',
      ' ',
      ':',
      'A: 1\r\n',
      'Message-ID:',
      'Date: x\n',
      '\xe9',
      '\0',
      'Received: ',
      'X-MS-Exchange-Forest-A: b',
    ],
  )
  const pieces = fc.array(fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join('')))
  await fc.assert(
    fc.asyncProperty(pieces, async (content) => {
      store.messages.length = 0
      expect(await send(content)).toMatch(/^250 2\.6\.0 /)
      const stored = store.messages[0]?.content ?? Buffer.alloc(0)
      const given = parts(Buffer.from(content.join(''), 'latin1'))
      const taken = parts(stored)
      const names = taken.header.fields.map(({ name }) => name)
      expect(names[0]).toBe('received')
      expect(names).toContain('message-id')
      expect(names).toContain('date')
      const changed = /\r(?!\n)/.test(given.header.bytes.toString('latin1'))
      if (!changed) expect(textOf(taken)).toBe(textOf(given))
      const leaving = parts(
        Buffer.from(stored.toString('latin1').replace(bareCr, '\r\n'), 'latin1'),
      )
      expect(leaving.header.fields.map(({ name }) => name)).toEqual(names)
    }),
  )
})

/** The body behind its separator. */
const textOf = ({ body, separatorLength }: ReturnType<typeof parts>) =>
  body.toString('latin1', separatorLength)

/** Leaves as a line end. */
const bareCr = /\r(?!\n)/g

function parts(content: Buffer) {
  const collector = new HeaderCollector(100_000)
  const progress = collector.push(content)
  return progress.kind === 'complete' ? progress : collector.end()
}

describe('lines in a header that belong to no field', () => {
  const mailboxLines = [
    'From u@example.com Mon Sep 14 10:00:00 2026',
    'From u@example.com  Mon Sep  4 10:00 2026 remote from host.example',
    '>From u@example.com Mon, 14 Sep 2026 10:00:00 +0000',
    '>>From MAILER-DAEMON Mon Sep 14 10:00:00 2026',
    'From - Mon Sep 14 10:00:00 2026',
  ]
  const forged = ['X-MS-Exchange-Organization-SCL: -1', 'X-MS-Exchange-Forest-A: b']
  const fieldLines = [
    ...['Subject: a\r\n\tb', 'From: u@example.com', 'Message-ID: <m1@s.example>', 'Date: now'],
    ...['To: a@corp.example,\r\n b@corp.example', 'X-Empty:', 'MIME-Version: 1.0', ...forged],
  ]
  const body = 'From u@example.com Mon Sep 14 10:00:00 2026\r\nX: y\r\n\r\n>From b\r\n'

  /** A fold belongs to the field above it, and a line without a date needs a field below it. */
  function insert(lines: string[], place: number, stray: string): void {
    const at = /^[ \t]/.test(stray) ? 0 : Math.min(place, lines.length)
    const hasDate = mailboxLines.includes(stray)
    const isAboveField = /^[A-Za-z-]+:/.test(lines[at] ?? '')
    if (!stray.startsWith('From') || hasDate || isAboveField) lines.splice(at, 0, stray)
  }

  test('neither end it nor take a field along, wherever they stand, and let no guarded field pass', async () => {
    const stray = fc.constantFrom(...mailboxLines, 'From a b', ' fold', '\tX: y')
    const strays = fc.array(fc.tuple(fc.nat(12), stray), { minLength: 1, maxLength: 4 })
    const someFields = fc.shuffledSubarray(fieldLines, { minLength: 1 })
    const lineEnds = fc.constantFrom('\r\n', '\n')
    await fc.assert(
      fc.asyncProperty(someFields, strays, lineEnds, async (fields, inserted, lineEnd) => {
        store.messages.length = 0
        const lines = fields.flatMap((field) => field.split('\r\n'))
        for (const [place, line] of inserted) insert(lines, place, line)
        await send([...lines, '', ''].join(lineEnd) + body)
        const stored = storedContent()?.replace(trace, '') ?? ''
        const header = stored.slice(0, -lineEnd.length - body.length)
        expect(stored).toBe(header + lineEnd + body)
        const kept = fields.filter((field) => !forged.includes(field))
        for (const field of kept) {
          const text = field.replaceAll('\r\n', lineEnd)
          expect(`${lineEnd}${header}`).toContain(`${lineEnd}${text}${lineEnd}`)
        }
        expect(parts(Buffer.from(stored, 'latin1')).header.fields).toHaveLength(
          kept.length + missing(kept),
        )
      }),
    )
  })

  /** Fields that are added where they are missing. */
  function missing(fields: readonly string[]): number {
    return ['Message-ID', 'Date'].filter((name) => !fields.some((one) => one.startsWith(name)))
      .length
  }

  test('are content where no field follows', async () => {
    await send(' indented text\r\nmore\r\n')
    expect(storedContent()).toMatch(/\r\n\r\n indented text\r\nmore\r\n$/)
  })

  test('are no fold of our trace field, and hide nothing', async () => {
    const folds = ' by evil.example\r\n X-MS-Exchange-Organization-SCL: -1\r\n'
    await send(`${folds}${complete}\r\nbody`)
    expect(storedContent()).toBe(`${trace}${complete}\r\nbody`)
  })

  test('may stand behind a bare CR', async () => {
    const [line = ''] = mailboxLines
    await send(`${line}\r${line}\r\n${complete.replace('\r\n', `\r>${line}\r`)}\r\nbody`)
    expect(storedContent()).toBe(`${trace}${complete}\r\nbody`)
  })
})

describe('recipients that cannot be routed', () => {
  test('address literals are refused at RCPT', async () => {
    const reply = await send('', { recipients: ['x@[127.0.0.1]'] })
    expect(reply).toMatch(/^550 5\.1\.3 /)
  })

  test('a message too large for every connector goes to Submission, which will fail it', async () => {
    const content = `${complete}\r\n${'x'.repeat(6000)}`
    expect(await send(content)).toBe(accepted('<m1@s.example>'))
    expect(queued.map(({ queue }) => queue.nextHopDomain)).toEqual(['Submission'])
    const [copy] = queued
    const results = copy === undefined ? [] : (await categorizer.categorize(itemOf(copy))).failed
    expect(results.map(({ reply }) => reply)).toEqual([
      '550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route',
    ])
  })

  test('a message that cannot be categorized waits in Submission', async () => {
    let reads = 0
    const broken = routingTables([], [sendConnector('x', ['*'])])
    Object.defineProperty(broken, 'connectors', {
      get: () => {
        reads++
        throw new Error('broken table')
      },
    })
    tables.set(broken)
    expect(await send(`${complete}\r\n`)).toBe(accepted('<m1@s.example>'))
    expect(reads).toBe(1)
    expect(queued.map(({ queue }) => queue.nextHopDomain)).toEqual(['Submission'])
  })
})

describe('a refused message leaves nothing', () => {
  const hops = (count: number, by: string) => `Received: from x by ${by}; y\r\n`.repeat(count)
  const loop = '554 5.4.6 Hop count exceeded - possible mail loop'

  test.each([
    [
      'header above the limit',
      `A: ${'x'.repeat(300_000)}\r\n\r\n`,
      '552 5.3.4 Header size exceeds fixed maximum size',
    ],
    [
      'more than 2000 fields',
      `${'a:\r\n'.repeat(2001)}\r\n`,
      '552 5.3.4 Header size exceeds fixed maximum size',
    ],
    [
      'more than 2000 fields, behind bare CRs',
      `${'a:\r'.repeat(2001)}\r\n\r\n`,
      '552 5.3.4 Header size exceeds fixed maximum size',
    ],
    ['31 hops', `${hops(31, 'other.example')}\r\n`, loop],
    ['9 hops here', `${hops(9, 'EDGE01.corp.example')}\r\n`, loop],
  ])('%s', async (_, content, reply) => {
    expect(await send([content, 'more', 'and more'])).toBe(reply)
    expect(store.messages).toEqual([])
    expect(store.written).toBe(0)
  })

  test.each([
    ['30 hops', hops(30, 'other.example')],
    ['8 hops here', hops(8, 'edge01.corp.example')],
  ])('but %s are within the limit', async (_, header) => {
    expect(await send(`${header}${complete}\r\n`)).toBe(accepted('<m1@s.example>'))
  })

  test('the local hop limit can be off', async () => {
    const limits = { maxHeaderSize: 10_000, maxHopCount: 30, maxLocalHopCount: 0 }
    const content = `${hops(20, 'edge01.corp.example')}${complete}\r\n`
    expect(await send(content, { transaction: { limits } })).toBe(accepted('<m1@s.example>'))
  })

  test('MaxRecipientEnvelopeLimit holds before content', async () => {
    transportConfig.set(transportConfigSchema.parse({ MaxRecipientEnvelopeLimit: 1 }))
    expect(await send('', { recipients: ['a@x.test', 'b@x.test'] })).toBe(
      '550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients',
    )
  })

  test('an abort forgets what was written', async () => {
    const message = await beginMessage(submission, mailTransaction())
    await message.addRecipient({ address: 'a@corp.example' })
    await message.write(Buffer.from(`${complete}\r\nbody`))
    message.abort()
    expect(store.aborted).toBe(1)
    expect(store.messages).toEqual([])
  })
})

test('a queue that does not take a stored message over does not undo its acceptance', async () => {
  takeOver = () => {
    throw new Error('scheduler broke')
  }
  expect(await send(`${complete}\r\n`)).toBe(accepted('<m1@s.example>'))
  expect(faults).toHaveLength(1)
})

describe('when the store fails', () => {
  test.each([
    ['write', 'DISK_FULL', '452 4.3.1 Insufficient system resources'],
    ['write', 'FAILED', '451 4.3.0 Temporary server error. Please try again later'],
    ['commit', 'DISK_FULL', '452 4.3.1 Insufficient system resources'],
    ['commit', 'CLOSED', '451 4.3.2 Service not active'],
  ] as const)('a %s that ends with %s is answered %s', async (step, code, reply) => {
    for (const slow of [false, true]) {
      store.slow = slow
      store.failNext(step, code)
      expect(await send([`${complete}\r\n`, 'more', 'and more'])).toBe(reply)
      expect(store.messages).toEqual([])
      expect(queued).toEqual([])
    }
    expect(store.aborted).toBe(2)
    expect(faults).toHaveLength(2)
  })

  test('the rest of the content is swallowed', async () => {
    const message = await beginMessage(submission, mailTransaction())
    await message.addRecipient({ address: 'a@corp.example' })
    store.failNext('write', 'DISK_FULL')
    await message.write(Buffer.from(`${complete}\r\n`))
    for (let at = 0; at < 10; at++) expect(message.write(Buffer.from('x'))).toBeUndefined()
    expect(store.written).toBe(0)
  })
})

test('writes at once where the store does: no promise per piece', async () => {
  const message = await beginMessage(submission, mailTransaction())
  await message.addRecipient({ address: 'a@corp.example' })
  expect(message.write(Buffer.from('Subject: x\r\n'))).toBeUndefined()
  expect(message.write(Buffer.from('\r\nbody'))).toBeUndefined()
  expect(message.write(Buffer.from('more'))).toBeUndefined()
})
