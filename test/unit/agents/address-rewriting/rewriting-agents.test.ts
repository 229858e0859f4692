import { describe, expect, test } from 'vitest'
import { addressRewriteEntrySchema } from '../../../../src/agents/address-rewriting/address-rewrite-entry.ts'
import { AddressRewriteTable } from '../../../../src/agents/address-rewriting/address-rewrite-table.ts'
import { addressRewritingAgents } from '../../../../src/agents/address-rewriting/rewriting-agents.ts'
import { type AgentAction, actionsAt } from '../../../../src/agents/agent-action.ts'
import type { Occasion } from '../../../../src/agents/occasion.ts'
import type { Principal } from '../../../../src/message/message-sink.ts'
import { anonymousSession } from '../../../support/incoming.ts'

const entry = addressRewriteEntrySchema.parse({
  Name: 'Sales',
  InternalAddress: 'sales.contoso.example',
  ExternalAddress: 'contoso.example',
})
const table = new AddressRewriteTable([entry], { isAuthoritative: () => true })
const agents = addressRewritingAgents(table)

/** All that the agents want done, in their order. */
async function ask(occasion: Occasion): Promise<readonly AgentAction[]> {
  const call = { signal: new AbortController().signal, readBody: () => undefined }
  const actions: AgentAction[] = []
  for (const agent of agents)
    if (agent.events.has(occasion.event)) actions.push(...(await agent.handle(occasion, call)))
  for (const { kind } of actions) expect(actionsAt[occasion.event]).toContain(kind)
  return actions
}

const header = Buffer.from(
  'From: Ann <ann@sales.contoso.example>\r\nTo: joe@contoso.example\r\nReply-To: ann@sales.contoso.example\r\n',
)
const message = (sender: string, recipients: readonly string[]) => ({
  sender,
  bodyType: '7BIT' as const,
  smtpUtf8: false,
  recipients: recipients.map((address) => ({ address })),
  properties: {},
  header,
})
const session = (principal: Principal) => ({
  ...anonymousSession,
  client: anonymousSession.remote,
  principal,
})
const anonymous: Principal = { kind: 'Anonymous' }
const user: Principal = { kind: 'User', userName: 'ann', addresses: [] }

const octets = (actions: readonly AgentAction[]) =>
  actions.map((action) =>
    action.kind === 'replace-field'
      ? `${action.name}[${action.index}]:${Buffer.from(action.octets).toString()}`
      : action,
  )

describe('from outside', () => {
  test('a recipient is redirected inside', async () => {
    const asked = { event: 'OnRcptCommand', session: session(anonymous) } as const
    const recipient = { address: 'joe@contoso.example' }
    const occasion = { ...asked, message: message('x@fabrikam.example', []), recipient }
    expect(await ask(occasion)).toEqual([
      {
        kind: 'redirect-recipient',
        from: 'joe@contoso.example',
        to: 'joe@sales.contoso.example',
      },
    ])
    expect(await ask({ ...occasion, session: session(user) })).toEqual([])
  })

  test('To and Cc are rewritten, and no sender', async () => {
    const asked = { event: 'OnEndOfHeaders', session: session(anonymous) } as const
    const occasion = { ...asked, message: message('x@fabrikam.example', []) }
    expect(octets(await ask(occasion))).toEqual(['to[0]: joe@sales.contoso.example'])
    expect(await ask({ ...occasion, session: session(user) })).toEqual([])
  })

  test('nothing is done when it is submitted', async () => {
    const submitted = { receivedAt: 0, source: 'SMTP:In', originating: false }
    const of = message('ann@sales.contoso.example', ['joe@contoso.example'])
    expect(await ask({ event: 'OnSubmittedMessage', message: of, ...submitted })).toEqual([])
  })
})

describe('from inside', () => {
  const submitted = { event: 'OnSubmittedMessage', receivedAt: 0, originating: true } as const

  test('the sender is rewritten in the envelope and in the header, and no recipient', async () => {
    const of = message('ann@sales.contoso.example', ['joe@contoso.example'])
    expect(octets(await ask({ ...submitted, source: 'SMTP:In', message: of }))).toEqual([
      { kind: 'set-sender', address: 'ann@contoso.example' },
      'from[0]: Ann <ann@contoso.example>',
      'reply-to[0]: ann@contoso.example',
    ])
  })

  test('a notification finds the sender that the outside was shown', async () => {
    const of = message('', ['joe@contoso.example'])
    expect(octets(await ask({ ...submitted, source: 'DSN', message: of }))).toEqual([
      {
        kind: 'redirect-recipient',
        from: 'joe@contoso.example',
        to: 'joe@sales.contoso.example',
      },
      'to[0]: joe@sales.contoso.example',
    ])
  })
})
