import { describe, expect, test } from 'vitest'
import type { AgentAction } from '../../../src/agents/agent-action.ts'
import { MessageDraft } from '../../../src/agents/message-draft.ts'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { reply } from '../../../src/smtp/reply.ts'

const header = new HeaderBlock(Buffer.from('Subject: Hi\r\nFrom: ann@contoso.example\r\n'))

function draft() {
  return new MessageDraft(
    { sender: 'ann@contoso.example', body: '7BIT', smtpUtf8: false },
    {
      recipients: [
        { address: 'bob@contoso.example', notify: ['NEVER'] },
        { address: 'Carl@Contoso.example', originalRecipient: 'rfc822;alias@contoso.example' },
      ],
      header,
      maxRecipients: 3,
    },
  )
}

function after(...actions: readonly AgentAction[]): MessageDraft {
  const message = draft()
  for (const action of actions) expect(message.apply(action, 'Agent')).toBeUndefined()
  return message
}

describe('a verdict', () => {
  const refusal = reply('550 5.7.1 No')
  test.each<[AgentAction, object]>([
    [
      { kind: 'reject', reply: refusal },
      { kind: 'rejected', reply: refusal },
    ],
    [{ kind: 'disconnect' }, { kind: 'disconnected' }],
    [{ kind: 'discard' }, { kind: 'discarded', reason: 'Agent: deleted' }],
    [
      { kind: 'defer', until: 5, reason: 'later' },
      { kind: 'deferred', until: 5, reason: 'Agent: later' },
    ],
  ])('%o', (action, verdict) => {
    expect(draft().apply(action, 'Agent')).toEqual(verdict)
  })
})

describe('recipients', () => {
  const addresses = (message: MessageDraft) => message.recipients.map(({ address }) => address)

  test('are added and dropped, whatever the case of their letters', () => {
    const changed = after(
      { kind: 'add-recipient', address: 'dora@contoso.example' },
      { kind: 'remove-recipient', address: 'carl@contoso.EXAMPLE' },
      { kind: 'remove-recipient', address: 'nobody@contoso.example' },
    )
    expect(addresses(changed)).toEqual(['bob@contoso.example', 'dora@contoso.example'])
  })

  test('who are redirected keep what was said of notifications, and whom it was meant for', () => {
    const changed = after(
      { kind: 'redirect-recipient', from: 'bob@contoso.example', to: 'b@fabrikam.example' },
      { kind: 'redirect-recipient', from: 'carl@contoso.example', to: 'c@fabrikam.example' },
    )
    expect(changed.recipients).toEqual([
      {
        address: 'b@fabrikam.example',
        notify: ['NEVER'],
        originalRecipient: 'rfc822;bob@contoso.example',
      },
      { address: 'c@fabrikam.example', originalRecipient: 'rfc822;alias@contoso.example' },
    ])
  })

  test('who are rejected leave with their reply', () => {
    const refusal = reply('550 5.7.1 No')
    const changed = after({
      kind: 'reject-recipient',
      address: 'bob@contoso.example',
      reply: refusal,
    })
    expect(addresses(changed)).toEqual(['Carl@Contoso.example'])
    expect(changed.rejected).toMatchObject([
      { recipient: { address: 'bob@contoso.example' }, reply: refusal },
    ])
  })

  test('are not multiplied without end', () => {
    const message = after({ kind: 'add-recipient', address: 'one@contoso.example' })
    const more = { kind: 'add-recipient', address: 'two@contoso.example' } as const
    expect(() => message.apply(more, 'Agent')).toThrow('more than 3 recipients')
  })
})

test('the header is changed field by field', () => {
  const changed = after(
    { kind: 'add-field', name: 'X-Top', value: '1', at: 'top' },
    { kind: 'set-field', name: 'Subject', value: '[tag] Hi' },
    { kind: 'replace-field', name: 'From', index: 0, octets: Buffer.from(' b@fabrikam.example') },
    { kind: 'replace-field', name: 'From', index: 1, octets: Buffer.from(' nobody') },
    { kind: 'remove-field', name: 'x-top' },
  )
  expect(changed.header.bytes.toString()).toBe('Subject: [tag] Hi\r\nFrom: b@fabrikam.example\r\n')
})

test('the header does not grow without end', () => {
  const message = draft()
  const value = 'x'.repeat(8192)
  expect(() => {
    for (let i = 0; i < 200; i++)
      message.apply({ kind: 'add-field', name: 'X', value, at: 'top' }, 'Agent')
  }).toThrow('larger than 1048576 octets')
})

test('properties are kept, tags by the name of their agent', () => {
  const changed = after(
    { kind: 'set-property', name: 'scl', value: 5 },
    { kind: 'set-property', name: 'tag', tag: 'seen', value: 'yes' },
  )
  expect(changed.properties).toEqual({ scl: 5, tags: { 'Agent.seen': 'yes' } })
  expect(draft().properties).toBeUndefined()
})

test('a connector is chosen for a recipient', () => {
  const address = 'Bob@Contoso.example'
  const changed = after({ kind: 'route', address, connector: 'Partner' })
  expect(changed.properties).toEqual({ routes: { 'bob@contoso.example': 'Partner' } })
})

test('properties do not grow without end', () => {
  const message = draft()
  const value = 'x'.repeat(8192)
  expect(() => {
    for (let i = 0; i < 9; i++)
      message.apply({ kind: 'set-property', name: 'tag', tag: `t${i}`, value }, 'Agent')
  }).toThrow('more than 65536 octets')
})

test('the first who quarantines it says why', () => {
  const changed = after(
    { kind: 'quarantine', reason: 'spam' },
    { kind: 'quarantine', reason: 'virus' },
  )
  expect(changed.held).toBe('Quarantined by Agent: spam')
})

test('the sender is changed', () => {
  expect(after({ kind: 'set-sender', address: '' }).envelope.sender).toBe('')
})
