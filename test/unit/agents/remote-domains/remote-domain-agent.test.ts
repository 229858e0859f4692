import { describe, expect, test } from 'vitest'
import { automaticKind } from '../../../../src/agents/remote-domains/automatic-mail.ts'
import { remoteDomainAgent } from '../../../../src/agents/remote-domains/remote-domain-agent.ts'
import { remoteDomainSchema } from '../../../../src/dsn/remote-domain.ts'
import { RemoteDomainTable } from '../../../../src/dsn/remote-domains.ts'
import { HeaderBlock } from '../../../../src/message/header-block.ts'

const block = (...lines: readonly string[]) =>
  new HeaderBlock(Buffer.from(lines.map((line) => `${line}\r\n`).join('')))

describe('automatic mail', () => {
  test.each([
    [['Auto-Submitted: auto-replied (vacation)'], 'out-of-office'],
    [
      [
        'Auto-Submitted: auto-generated',
        'X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent',
      ],
      'out-of-office',
    ],
    [['Auto-Submitted: auto-replied'], 'reply'],
    [['Auto-Submitted: Auto-Replied; owner-email="a@x.example"'], 'reply'],
    [['Autoforwarded: TRUE'], 'forward'],
    [['X-MS-Exchange-Inbox-Rules-Loop: ann@contoso.example'], 'forward'],
    [['Auto-Submitted: auto-generated'], undefined],
    [['Auto-Submitted: no'], undefined],
    [['Subject: Automatic reply: hi', 'Precedence: bulk'], undefined],
    [['X-Auto-Response-Suppress: All'], undefined],
    [
      [
        'Auto-Submitted: auto-replied',
        'Content-Type: multipart/report; report-type=delivery-status; boundary=x',
      ],
      undefined,
    ],
  ])('%j is %s', (lines, kind) => {
    expect(automaticKind(block(...lines))).toBe(kind)
  })
})

describe('the agent', () => {
  const table = new RemoteDomainTable(
    [
      { DomainName: '*', AutoReplyEnabled: 'false' },
      { DomainName: 'partner.example' },
      { DomainName: 'quiet.example', AllowedOOFType: 'None', AutoForwardEnabled: 'false' },
    ].map((entry) => remoteDomainSchema.parse(entry)),
  )
  const agent = remoteDomainAgent(table, { isAccepted: (domain) => domain === 'ours.example' })
  const addresses = ['ours', 'partner', 'quiet', 'other'].map((name) => `a@${name}.example`)
  const dropped = async (field: string, originating = true) => {
    const answer = await agent.handle(
      {
        event: 'OnResolvedMessage',
        receivedAt: 0,
        source: 'SMTP:In',
        originating,
        message: {
          sender: 'ann@ours.example',
          bodyType: '7BIT',
          smtpUtf8: false,
          recipients: addresses.map((address) => ({ address })),
          properties: {},
          header: block(field).bytes,
        },
      },
      { signal: new AbortController().signal, readBody: () => undefined },
    )
    return answer.map((action) =>
      action.kind === 'remove-recipient' ? action.address : action.kind,
    )
  }

  test.each([
    ['Auto-Submitted: auto-replied', ['a@other.example']],
    ['Auto-Submitted: auto-replied (vacation)', ['a@quiet.example']],
    ['Autoforwarded: true', ['a@quiet.example']],
    ['Subject: hi', []],
  ])('drops for %s: %j', async (field, expected) => {
    expect(await dropped(field)).toEqual(expected)
  })

  test('leaves mail from outside alone', async () => {
    expect(await dropped('Auto-Submitted: auto-replied', false)).toEqual([])
  })
})
