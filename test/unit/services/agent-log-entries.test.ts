import { expect, test } from 'vitest'
import type { AgentAction } from '../../../src/agents/agent-action.ts'
import type { Occasion } from '../../../src/agents/occasion.ts'
import { agentLogEntry } from '../../../src/services/agent-log-entries.ts'
import { endOfData, messageWith, outsideSession } from '../../support/agent-occasions.ts'

const entryOf = (action: AgentAction, occasion: Occasion = endOfData()) =>
  agentLogEntry({ agent: 'Tester', occasion, action })

const refusal = { code: 550, enhanced: '5.7.1', lines: ['No'] }

test('a refused message is told with all that is known of it', () => {
  const occasion = endOfData({
    messageId: '<a1@fabrikam.example>',
    networkMessageId: '5d4c0f6e-0000-4000-8000-000000000001',
  })
  expect(entryOf({ kind: 'reject', reply: refusal }, occasion)).toEqual({
    sessionId: '08DE0A110000A001',
    localEndpoint: '192.0.2.1:25',
    remoteEndpoint: '198.51.100.7:4711',
    enteredOrgFromIp: '198.51.100.7',
    messageId: '<a1@fabrikam.example>',
    p1FromAddress: 'ann@fabrikam.example',
    p2FromAddresses: ['ann@fabrikam.example'],
    recipients: ['chris@contoso.example'],
    agent: 'Tester',
    event: 'OnEndOfData',
    action: 'RejectMessage',
    smtpResponse: '550 5.7.1 No',
    reason: '',
    reasonData: '',
    diagnostics: '',
    networkMessageId: '5d4c0f6e-0000-4000-8000-000000000001',
    directionality: 'Incoming',
  })
})

test.each<[Occasion, string, readonly string[]]>([
  [{ event: 'OnConnectEvent', session: outsideSession }, 'RejectConnection', []],
  [
    { event: 'OnAuthCommand', session: outsideSession, mechanism: 'LOGIN' },
    'RejectAuthentication',
    [],
  ],
  [{ event: 'OnNoopCommand', session: outsideSession }, 'RejectCommand', []],
  [
    {
      ...{ event: 'OnRcptCommand', session: outsideSession, message: messageWith() },
      recipient: { address: 'new@contoso.example' },
    },
    'RejectCommand',
    ['new@contoso.example'],
  ],
  [
    {
      ...{ event: 'OnRoutedMessage', message: messageWith(), receivedAt: 0 },
      ...{ source: 'SMTP:Default', originating: true },
    },
    'RejectMessage',
    ['chris@contoso.example'],
  ],
])('a refusal at $event is called after what is refused', (occasion, action, recipients) => {
  const entry = entryOf({ kind: 'reject', reply: refusal }, occasion)
  expect([entry.action, entry.recipients]).toEqual([action, recipients])
})

test.each<[AgentAction, object]>([
  [{ kind: 'disconnect' }, { action: 'Disconnect', smtpResponse: '' }],
  [
    { kind: 'discard', reason: 'spam' },
    { action: 'DeleteMessage', reason: 'spam' },
  ],
  [
    { kind: 'quarantine', reason: 'spam' },
    { action: 'QuarantineMessage', reason: 'spam' },
  ],
  [
    { kind: 'defer', until: 0, reason: 'later' },
    { action: 'DeferMessage', reason: 'later', reasonData: '1970-01-01T00:00:00.000Z' },
  ],
  [
    { kind: 'remove-recipient', address: 'a@x.example' },
    { action: 'DeleteRecipients', recipients: ['a@x.example'] },
  ],
  [
    { kind: 'reject-recipient', address: 'a@x.example', reply: refusal },
    { action: 'RejectRecipients', smtpResponse: '550 5.7.1 No', recipients: ['a@x.example'] },
  ],
  [
    { kind: 'redirect-recipient', from: 'a@x.example', to: 'b@x.example' },
    { action: 'RedirectRecipients', recipients: ['a@x.example'], reasonData: 'b@x.example' },
  ],
  [
    { kind: 'route', address: 'a@x.example', connector: 'Partner' },
    { action: 'RouteRecipients', reasonData: 'Partner' },
  ],
  [
    { kind: 'set-sender', address: '' },
    { action: 'ModifySender', reasonData: '' },
  ],
  [
    { kind: 'set-property', name: 'tag', tag: 'Verdict', value: 'spam' },
    { action: 'ModifyProperties', reasonData: 'Verdict=spam' },
  ],
  [
    { kind: 'set-field', name: 'Subject', value: 'secret' },
    { action: 'ModifyHeaders', reasonData: 'Subject' },
  ],
  [
    { kind: 'replace-body', body: Buffer.from('x') },
    { action: 'ModifyBody', reasonData: '' },
  ],
])('$kind', (action, facts) => {
  expect(entryOf(action)).toMatchObject(facts)
})

test('an address of version 6 stands in brackets', () => {
  const session = { ...outsideSession, client: { address: '2001:db8::7', port: 25 } }
  const entry = entryOf({ kind: 'disconnect' }, { event: 'OnNoopCommand', session })
  expect(entry.remoteEndpoint).toBe('[2001:db8::7]:25')
})
