import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { LiveValue } from '../../../src/base/live.ts'
import { day, hour } from '../../../src/base/time-span.ts'
import { sevenBitReport } from '../../../src/dsn/seven-bit-report.ts'
import { DsnNotifier } from '../../../src/dsn/dsn-notifier.ts'
import { remoteDomainSchema } from '../../../src/dsn/remote-domain.ts'
import { RemoteDomainTable } from '../../../src/dsn/remote-domains.ts'
import { transportConfigSchema } from '../../../src/dsn/transport-config.ts'
import type { Envelope, NotifyCondition, Recipient } from '../../../src/message/envelope.ts'
import { formatMailDate } from '../../../src/message/mail-date.ts'
import { unreachableQueue } from '../../../src/queue/queue-key.ts'
import type { AttemptHistory } from '../../../src/queue/attempt-history.ts'
import type { RecipientResult } from '../../../src/queue/delivery-agent.ts'
import type { PreparedMessage } from '../../../src/queue/queue-store.ts'
import type { NewMessage } from '../../../src/queue/stored-message.ts'
import { expiredReply } from '../../../src/queue/scheduler/verdict.ts'
import { RecordingStore } from '../../support/recording-store.ts'

const arrived = Date.UTC(2026, 9, 1, 9, 0, 0)
const now = arrived + 4 * hour + 7 * 60_000
const timeout = 2 * day

const original = [
  'Received: from mx.sender.example (198.51.100.7) by edge01.corp.example; then',
  'X-MS-Exchange-Organization-SCL: 5',
  'From: Bob <bob@sender.example>',
  'To: user@corp.example',
  'Subject: Caf=',
  '\tau lait',
  'Message-ID: <m1@sender.example>',
  '',
  'One line',
  '.',
  '',
].join('\r\n')

let store: RecordingStore
let routed: Recipient[]
let routable: boolean
let guids: number
const transportConfig = new LiveValue(transportConfigSchema.parse({}))
let defaultDomain: string | undefined
const remoteDomains = new LiveValue(new RemoteDomainTable([]))
let notifier: DsnNotifier

beforeEach(() => {
  store = new RecordingStore()
  routed = []
  routable = true
  guids = 0
  defaultDomain = 'corp.example'
  transportConfig.set(transportConfigSchema.parse({}))
  remoteDomains.set(new RemoteDomainTable([]))
  notifier = new DsnNotifier({
    store,
    categorize: (recipients) => {
      routed.push(...recipients)
      return routable ? [{ queue: unreachableQueue, recipients }] : []
    },
    transportConfig,
    domains: {
      get current() {
        return {
          isOrganisation: (domain: string) => domain === 'corp.example',
          defaultDomain,
        }
      },
      subscribe: () => () => undefined,
    },
    remoteDomains,
    messageExpirationTimeout: new LiveValue(timeout),
    server: { Fqdn: 'edge01.corp.example' },
    clock: { ...systemClock, now: () => now },
    newGuid: () => `guid-${++guids}`,
  })
})

interface Given {
  readonly envelope?: Partial<Envelope>
  readonly content?: string
  readonly message?: Partial<NewMessage>
}

function stored({ envelope, content = original, message }: Given = {}) {
  return store.add(
    {
      envelope: { sender: 'bob@sender.example', body: '7BIT', smtpUtf8: false, ...envelope },
      messageId: '<m1@sender.example>',
      subject: 'Café au lait',
      size: content.length,
      receivedAt: arrived,
      source: 'SMTP:From Internet',
      sourceAddress: '198.51.100.7',
      sourceName: 'mx.sender.example',
      ...message,
    },
    content,
  )
}

const refusal = '550 5.1.1 User unknown'
const failure = (recipient: Partial<Recipient> = {}, more: object = {}): RecipientResult => ({
  recipient: { address: 'user@corp.example', ...recipient },
  outcome: 'failed',
  reply: refusal,
  remoteHost: 'mbx.corp.example (10.0.0.1)',
  ...more,
})

/** Commits a notification and gives its text, octets as Latin-1. */
async function text(prepared: PreparedMessage | undefined): Promise<string> {
  if (prepared === undefined) return ''
  const { pending, message, header, copies } = prepared
  await pending.commit(message, header, copies)
  const { content } = store.messages.at(-1) ?? { content: Buffer.alloc(0) }
  expect(message.size).toBe(content.length)
  return content.toString('latin1')
}

/** A fixture with CRLF lines, its dates as this machine writes them. */
function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/dsn/${name}`, import.meta.url), 'latin1')
    .replaceAll('\n', '\r\n')
    .replaceAll('{now}', formatMailDate(now))
    .replaceAll('{arrived}', formatMailDate(arrived))
    .replaceAll('{until}', formatMailDate(arrived + timeout))
}

describe('whole reports', () => {
  test('of a failure: text, HTML, status and the original', async () => {
    const prepared = await notifier.failed(stored({ envelope: { envelopeId: 'QQ+2B1' } }), [
      failure({ originalRecipient: 'rfc822;alias+2Bx@corp.example' }),
      failure({ address: 'big@corp.example' }, { reply: '552 5.3.4 <too> "big" & heavy' }),
    ])
    expect(await text(prepared)).toBe(fixture('failed.eml'))
    expect(prepared?.message).toEqual({
      envelope: { sender: '', body: '7BIT', smtpUtf8: false },
      messageId: '<guid-1@edge01.corp.example>',
      subject: 'Undeliverable: Café au lait',
      size: fixture('failed.eml').length,
      receivedAt: now,
      source: 'DSN',
      sourceAddress: '',
      networkMessageId: 'guid-4',
      originating: true,
    })
    expect(routed).toEqual([{ address: 'bob@sender.example' }])
    expect(prepared?.copies).toEqual([{ queue: unreachableQueue, recipients: routed }])
  })

  test('of a delay: how long attempts go on, headers alone', async () => {
    transportConfig.set(transportConfigSchema.parse({ ExternalDsnSendHtml: 'false' }))
    const recipient = { address: 'user@corp.example', lastError: '451 4.4.0 DNS query failed' }
    const prepared = await notifier.delayed(stored(), [recipient])
    expect(await text(prepared)).toBe(fixture('delayed.eml'))
  })

  test('of relaying to a host without DSN', async () => {
    transportConfig.set(transportConfigSchema.parse({ ExternalDsnSendHtml: 'false' }))
    const result = failure({ notify: ['SUCCESS'] }, { outcome: 'delivered', reply: '250 2.1.5 OK' })
    expect(await text(await notifier.relayed(stored(), [result]))).toBe(fixture('relayed.eml'))
  })

  test('of delivery into a mailbox, which is the end of the way', async () => {
    const result = failure({ notify: ['SUCCESS'] }, { outcome: 'delivered', reply: '250 2.0.0 OK' })
    const told = await text(await notifier.relayed(stored(), [{ ...result, isFinal: true }]))
    expect(told).toContain('Your message has been delivered to the following recipients:')
    expect(told).toMatch(/^Action: delivered\r\nStatus: 2\.0\.0\r\n/m)
  })
})

describe('the trouble until now', () => {
  const remoteHost = 'mx.corp.example (10.0.0.2)'
  const date = (time: number) => formatMailDate(time)
  const attempts: AttemptHistory = [
    { reply: '450 4.2.1 later', remoteHost, firstAt: arrived, lastAt: now - hour, count: 7 },
    { reply: '451 4.4.0 DNS query failed', firstAt: arrived, lastAt: arrived, count: 1 },
  ]
  const recipient = { address: 'user@corp.example', lastError: '450 4.2.1 later', attempts }
  const told = [
    `${date(now - hour)} - Remote Server at ${remoteHost} returned '450 4.2.1 later' (7 attempts since ${date(arrived)})`,
    `${date(arrived)} - Server at edge01.corp.example returned '451 4.4.0 DNS query failed'`,
  ]

  /** The text part, unfolded, and the fields of the recipient. */
  async function report(prepared: PreparedMessage | undefined) {
    const whole = await text(prepared)
    const plain = whole.slice(0, whole.indexOf('text/html')).replaceAll('=\r\n', '')
    const [, , fields = ''] =
      /Content-Type: message\/delivery-status\r\n\r\n([^]*?)\r\n\r\n([^]*?\r\n)\r\n/.exec(whole) ??
      []
    return { plain, fields: fields.replaceAll('\r\n ', ' ') }
  }

  test('stands in a notification of delay', async () => {
    const { plain, fields } = await report(await notifier.delayed(stored(), [recipient]))
    expect(plain).toContain(`\r\nReceiving server: ${remoteHost}\r\n`)
    expect(plain).toContain(`\r\nuser@corp.example\r\n${told.join('\r\n')}\r\n\r\n`)
    expect(fields).toContain(
      `Status: 4.2.1\r\nRemote-MTA: dns;mx.corp.example\r\nDiagnostic-Code: smtp;450 4.2.1 later\r\nLast-Attempt-Date: ${date(now - hour)}\r\n`,
    )
  })

  test('stands in that of an expiry, below it', async () => {
    const result = { recipient, outcome: 'failed', reply: expiredReply } as const
    const { plain, fields } = await report(await notifier.failed(stored(), [result]))
    const expired = `${date(now)} - Server at edge01.corp.example returned '${expiredReply}'`
    expect(plain).toContain(`\r\n${[expired, ...told].join('\r\n')}\r\n\r\n`)
    expect(fields).toContain(
      `Status: 4.4.7\r\nRemote-MTA: dns;mx.corp.example\r\nDiagnostic-Code: smtp;${expiredReply} -> 450 4.2.1 later\r\nLast-Attempt-Date: ${date(now - hour)}\r\n`,
    )
  })

  test('stands in that of a failure after other attempts, which is the newest', async () => {
    const result = failure({ ...recipient }, { remoteHost })
    const { plain, fields } = await report(await notifier.failed(stored(), [result]))
    const failed = `${date(now)} - Remote Server at ${remoteHost} returned '${refusal}'`
    expect(plain).toContain(`\r\n${[failed, ...told].join('\r\n')}\r\n\r\n`)
    expect(fields).toContain(`Diagnostic-Code: smtp;${refusal}\r\nLast-Attempt-Date: ${date(now)}`)
  })

  test('of what expired without one attempt is why it waited', async () => {
    const unrouted = { address: 'user@corp.example', lastError: 'no connector' }
    const result = { recipient: unrouted, outcome: 'failed', reply: expiredReply } as const
    const { plain, fields } = await report(await notifier.failed(stored(), [result]))
    expect(plain).toContain(`\r\n#${expiredReply} -> no connector ##\r\n`)
    expect(fields).not.toMatch(/Remote-MTA|Last-Attempt/)
  })
})

describe('who is notified', () => {
  const conditions: (readonly NotifyCondition[] | undefined)[] = [
    undefined,
    ['NEVER'],
    ['SUCCESS'],
    ['FAILURE'],
    ['DELAY'],
    ['SUCCESS', 'FAILURE', 'DELAY'],
  ]
  const recipients = conditions.map((notify, at) => ({
    address: `r${at}@corp.example`,
    ...(notify !== undefined && { notify }),
  }))
  const named = async (prepared: PreparedMessage | undefined) =>
    Array.from((await text(prepared)).matchAll(/^Final-Recipient: rfc822;(r\d)@/gm), ([, r]) => r)

  test('of failure: those that asked, or said nothing', async () => {
    const results = recipients.map((recipient) => failure(recipient))
    expect(await named(await notifier.failed(stored(), results))).toEqual(['r0', 'r3', 'r5'])
  })

  test('of delay: those that asked, or said nothing', async () => {
    expect(await named(await notifier.delayed(stored(), recipients))).toEqual(['r0', 'r4', 'r5'])
  })

  test('of relaying: those that asked, unless the next hop will tell', async () => {
    const results = recipients.map((one) => failure(one, { outcome: 'delivered' }))
    expect(await named(await notifier.relayed(stored(), results))).toEqual(['r2', 'r5'])
    const passedOn = results.map((one) => ({ ...one, dsnPassedOn: true }))
    expect(await notifier.relayed(stored(), passedOn)).toBeUndefined()
  })

  test('nobody, for a message from the null sender', async () => {
    const message = stored({ envelope: { sender: '' } })
    expect(await notifier.failed(message, [failure()])).toBeUndefined()
    expect(await notifier.delayed(message, recipients)).toBeUndefined()
  })

  test('nobody, when the notification itself cannot be routed', async () => {
    routable = false
    expect(await notifier.failed(stored(), [failure()])).toBeUndefined()
    expect(store.messages).toHaveLength(1)
  })

  test('the sender of an automatic or bulk message, too', async () => {
    const content = `Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n${original}`
    expect(await notifier.failed(stored({ content }), [failure()])).toBeDefined()
  })

  test('of delay only where the settings of the sender’s side allow it', async () => {
    transportConfig.set(transportConfigSchema.parse({ InternalDelayDsnEnabled: 'false' }))
    const inside = stored({ envelope: { sender: 'eve@corp.example' } })
    expect(await notifier.delayed(inside, recipients)).toBeUndefined()
    expect(await notifier.delayed(stored(), recipients)).toBeDefined()
  })
})

describe('a remote domain', () => {
  const set = (settings: object, DomainName = 'sender.example') =>
    remoteDomains.set(
      new RemoteDomainTable([remoteDomainSchema.parse({ DomainName, ...settings })]),
    )
  const delivered: RecipientResult = {
    recipient: { address: 'user@corp.example', notify: ['SUCCESS'] },
    outcome: 'delivered',
    reply: '250 OK',
  }

  test('without NDREnabled hears of no failure, and of delays and success as before', async () => {
    set({ NDREnabled: false })
    expect(await notifier.failed(stored(), [failure()])).toBeUndefined()
    expect(await notifier.relayed(stored(), [delivered])).toBeDefined()
    expect(await notifier.delayed(stored(), [{ address: 'user@corp.example' }])).toBeDefined()
  })

  test('without DeliveryReportEnabled hears of no success', async () => {
    set({ DeliveryReportEnabled: false })
    expect(await notifier.relayed(stored(), [delivered])).toBeUndefined()
    expect(await notifier.failed(stored(), [failure()])).toBeDefined()
  })

  test('without NDRDiagnosticInfoEnabled hears of no server and of none of their words', async () => {
    set({ NDRDiagnosticInfoEnabled: false })
    const content = await text(await notifier.failed(stored(), [failure()]))
    expect(content).toMatch(/^Reporting-MTA: dns;edge01\.corp\.example\r\nArrival-Date: /m)
    expect(content).toMatch(/^Action: failed\r\nStatus: 5\.1\.1\r\nX-Display-Name: /m)
    for (const secret of ['mbx.corp.example', '10.0.0.1', 'User unknown', 'mx.sender.example (1'])
      expect(content).not.toContain(secret)
    expect(content).not.toMatch(/Diagnostic|Generating server|Original message headers|<pre>/)
    expect(content).toContain('</html>')
  })

  test('is none of ours, whatever is set', async () => {
    set({ NDREnabled: false }, '*')
    const ours = { envelope: { sender: 'bob@corp.example' } }
    expect(await notifier.failed(stored(ours), [failure()])).toBeDefined()
  })
})

describe('the postmaster', () => {
  test.each([
    ['postmaster@corp.example', {}, 'corp.example'],
    ['postmaster@edge01.corp.example', {}, undefined],
    ['pm@corp.example', { ExternalPostmasterAddress: 'pm@corp.example' }, 'corp.example'],
  ])('is %s', async (address, settings, domain) => {
    transportConfig.set(transportConfigSchema.parse(settings))
    defaultDomain = domain
    const report = await text(await notifier.failed(stored(), [failure()]))
    expect(report).toContain(`\r\nFrom: <${address}>\r\n`)
  })
})

describe('what comes back of the original', () => {
  const failed = async (given: Given) => {
    const prepared = await notifier.failed(stored(given), [failure()])
    return { report: await text(prepared), envelope: prepared?.message.envelope }
  }

  test.each<[string, Given]>([
    ['RET=HDRS', { envelope: { returnContent: 'HDRS' } }],
    ['BINARYMIME', { envelope: { body: 'BINARYMIME' } }],
    ['a NUL in the content', { content: `${original}\0` }],
    ['a message above the limit', { message: { size: 10 * 1024 ** 2 + 1 } }],
  ])('only its header for %s', async (_, given) => {
    const { report } = await failed(given)
    expect(report).toContain('Content-Type: text/rfc822-headers\r\n')
    expect(report).not.toContain('One line')
  })

  test('no octet of a header beyond reason, and no NUL of a header', async () => {
    const huge = await failed({ content: `A: ${'x'.repeat(1024 ** 2)}\r\n\r\nbody` })
    expect(huge.report).toContain('text/rfc822-headers\r\n\r\n\r\n--')
    const { report } = await failed({ content: 'A: \x001\r\n\r\nbody' })
    expect(report).toContain('text/rfc822-headers\r\n\r\nA: 1\r\n')
    expect(report).not.toContain('\0')
  })

  test('8-bit content is declared on every level and in the envelope', async () => {
    const { report, envelope } = await failed({ content: `${original}caf\xe9\r\n` })
    expect(report).toContain('boundary="guid-2"\r\nContent-Transfer-Encoding: 8bit\r\n')
    expect(report).toContain(
      'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n',
    )
    expect(report).toContain('caf\xe9\r\n')
    expect(envelope?.body).toBe('8BITMIME')
  })

  test('a header with 8-bit octets is encoded, so the report is 7 bit', async () => {
    const envelope = { returnContent: 'HDRS' } as const
    const { report, envelope: own } = await failed({ envelope, content: 'A: \xe9=\r\n\r\nbody' })
    expect(report).toContain(
      'Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nA: =E9=3D\r\n',
    )
    expect(report).toMatch(/^[\x00-\x7f]*$/)
    expect(own?.body).toBe('7BIT')
  })

  describe('of international mail', () => {
    const content = Buffer.from('From: zoë@sender.example\r\n\r\ngrå\r\n').toString('latin1')
    const international = (returnContent: 'FULL' | 'HDRS') =>
      failed({ content, envelope: { smtpUtf8: true, returnContent } })

    test('a whole one is message/global', async () => {
      const { report, envelope } = await international('FULL')
      expect(report).toContain(
        `Content-Type: message/global\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}`,
      )
      expect(envelope).toMatchObject({ body: '8BITMIME', smtpUtf8: false })
    })

    test('a header alone is message/global-headers, encoded', async () => {
      const { report, envelope } = await international('HDRS')
      expect(report).toContain(
        'Content-Type: message/global-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nFrom: zo=C3=AB@sender.example\r\n',
      )
      expect(envelope?.body).toBe('7BIT')
    })

    test('has the old types as long as it is ASCII, or no UTF-8', async () => {
      const envelope = { smtpUtf8: true, returnContent: 'HDRS' } as const
      const plain = await failed({ envelope })
      expect(plain.report).toContain('Content-Type: text/rfc822-headers\r\n\r\n')
      const body = await failed({ envelope: { smtpUtf8: true }, content: 'A: 1\r\n\r\nb\xf6dy' })
      expect(body.report).toContain(
        'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit',
      )
      const odd = await failed({ envelope, content: 'A: \xe9\r\n\r\n' })
      expect(odd.report).toContain('Content-Type: text/rfc822-headers\r\n')
    })
  })

  describe('to a next hop without 8BITMIME', () => {
    /** What leaves of a report, however it is cut up. */
    async function leaving(report: string): Promise<string> {
      const octets = Buffer.from(report, 'latin1')
      const size = 97
      const pieces = sevenBitReport((index) => {
        const piece = octets.subarray(index * size, (index + 1) * size)
        return piece.length === 0 ? undefined : piece
      })
      expect(await pieces(1)).toBeUndefined()
      return (await pieces(0))?.toString('latin1') ?? ''
    }

    test.each([
      ['FULL', 'text/rfc822-headers', false, 'A: =C3=A9'],
      ['FULL', 'message/global-headers', true, 'A: =C3=A9'],
    ] as const)('a whole one (%s) becomes %s', async (returnContent, type, smtpUtf8, header) => {
      const { report } = await failed({
        content: 'A: \xc3\xa9\r\nB: 1\r\n\r\nb\xc3\xb6dy\r\n',
        envelope: { returnContent, smtpUtf8 },
      })
      const sent = await leaving(report)
      expect(sent).toMatch(/^[\x00-\x7f]*$/)
      const before = report.slice(0, report.lastIndexOf('\r\n--guid-2\r\n'))
      expect(sent).toBe(
        before.replace('Content-Transfer-Encoding: 8bit\r\n', '') +
          `\r\n--guid-2\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n` +
          `${header}\r\nB: 1\r\n\r\n--guid-2--\r\n`,
      )
    })

    test('one whose content holds a copy of such a report is returned from its own beginning', async () => {
      const inner =
        '\r\n--guid-2\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
      const { report } = await failed({ content: `A: \xe9\r\n\r\n${inner}X: 1\r\n\r\n` })
      expect(await leaving(report)).toMatch(/\r\n\r\nA: =E9\r\n\r\n--guid-2--\r\n$/)
    })

    test('what is no report of ours keeps its length, without the octets', async () => {
      expect(await leaving('Subject: \xe9\r\n\r\nb\xf6dy')).toBe('Subject: ?\r\n\r\nb?dy')
    })
  })

  test('bare line ends become CRLF, whatever the pieces', async () => {
    for (const size of [1, 2, 3, 64, 10_000]) {
      store.pieceSize = size
      const { report } = await failed({ content: 'A: 1\nB: 2\r\n\n\rx\r\r\ny\n.\nz\r' })
      expect(report).toContain(
        'message/rfc822\r\n\r\nA: 1\r\nB: 2\r\n\r\n\r\nx\r\n\r\ny\r\n.\r\nz\r\n',
      )
      expect(report.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    }
  })

  test('no field that is for the inside alone', async () => {
    const { report } = await failed({})
    expect(report).not.toMatch(/X-MS-Exchange-Organization/)
  })

  test('its header alone, when the content is damaged', async () => {
    const message = stored()
    store.damage = 'its content does not fit its checksum'
    const report = await text(await notifier.failed(message, [failure()]))
    expect(report).toContain('text/rfc822-headers')
    expect(report).not.toContain('message/rfc822')
  })

  test('nothing, when the original cannot be read any more', async () => {
    const message = { ...stored(), id: 999 }
    const report = await text(await notifier.failed(message, [failure()]))
    expect(report).toContain('Final-Recipient: rfc822;user@corp.example')
    expect(report).not.toMatch(/rfc822-headers|message\/rfc822/)
  })
})

describe('hostile values', () => {
  test('no subject, reply or host name can begin a header', async () => {
    const message = stored({
      message: { subject: 'x\r\nBcc: eve@example.com', messageId: '<a\r\nb>' },
    })
    const result = failure(
      { originalRecipient: 'rfc822;a+0D+0ABcc: b' },
      { reply: '550 no\r\nBcc: eve@example.com', remoteHost: 'h\r\nBcc: x (10.0.0.1)' },
    )
    const report = await text(await notifier.failed(message, [result]))
    expect(report).not.toMatch(/^Bcc:/m)
  })

  test('HTML in a reply is shown, not run', async () => {
    const result = failure({}, { reply: '550 <script>alert(1)</script>' })
    const report = await text(await notifier.failed(stored(), [result]))
    expect(report.slice(report.indexOf('text/html'))).toContain('&lt;script&gt;')
  })

  test('an international sender and recipient', async () => {
    const message = stored({ envelope: { sender: 'josé@sender.example', smtpUtf8: true } })
    const prepared = await notifier.failed(message, [failure({ address: 'zoë@corp.example' })])
    const report = await text(prepared)
    expect(Buffer.from(report, 'latin1').toString()).toContain('\r\nTo: <josé@sender.example>\r\n')
    expect(report).toContain(
      '\r\nContent-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: quoted-printable\r\n',
    )
    expect(report).toContain('\r\nFinal-Recipient: utf-8;zo=C3=AB@corp.example\r\n')
    expect(prepared?.message.envelope.smtpUtf8).toBe(true)
  })

  test('an international recipient, told to a sender who may not know such', async () => {
    const report = await text(
      await notifier.failed(stored(), [failure({ address: 'zoë@corp.example' })]),
    )
    expect(report).toContain('\r\nContent-Type: message/delivery-status\r\n')
    expect(report).toContain('Final-Recipient: utf-8;zo\\x{EB}@corp.example\r\n')
  })
})

test('forgets what it wrote when the store fails', async () => {
  const message = stored()
  store.failNext('write', 'DISK_FULL')
  await expect(notifier.failed(message, [failure()])).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(store.aborted).toBe(1)
})
