import { describe, expect, test } from 'vitest'
import type { AgentEvent } from '../../../../src/agents/agent-events.ts'
import { viewEvent } from '../../../../src/agents/host/event-view.ts'
import type { ContentEvent, RoutingEvent } from '../../../../src/agents/host/module-contract.ts'
import type { Occasion } from '../../../../src/agents/occasion.ts'
import { endOfData, messageWith, outsideSession } from '../../../support/agent-occasions.ts'

const body = ['Hello,\r\n', 'wörld\r\n']

function viewed(occasion: Occasion, maxBodySize = 1000) {
  const { view, end } = viewEvent(occasion, {
    agent: { name: 'Tester', settings: { Word: 'lottery' } },
    signal: new AbortController().signal,
    log: () => undefined,
    readBody: (index) =>
      Promise.resolve(index < body.length ? Buffer.from(body[index] ?? '') : undefined),
    maxBodySize,
  })
  // Handlers are written against the event's own type.
  return { event: view as ContentEvent & RoutingEvent, end }
}

describe('the header', () => {
  test('is read decoded, whatever the case of the name', () => {
    const { event } = viewed(endOfData())
    expect(event.message.subject).toBe('Grüße')
    expect(event.message.header.get('SUBJECT')).toBe('Grüße')
    expect(event.message.header.getAll('x-none')).toEqual([])
    expect(event.message.header.entries().map(([name]) => name)).toEqual([
      ...['Received', 'From', 'To', 'Subject'],
    ])
  })

  test('shows changes at once, and tells them in their order', () => {
    const { event, end } = viewed(endOfData())
    const { header } = event.message
    event.message.subject = `[External] ${event.message.subject}`
    header.add('X-One', '1', 'top')
    header.add('X-Two', '2')
    header.remove('received')
    header.set('X-Two', 'two')
    expect(header.entries()).toEqual([
      ['X-One', '1'],
      ['From', 'Ann <ann@fabrikam.example>'],
      ['To', 'chris@contoso.example'],
      ['Subject', '[External] Grüße'],
      ['X-Two', 'two'],
    ])
    expect(end()).toEqual([
      { kind: 'set-field', name: 'Subject', value: '[External] Grüße' },
      { kind: 'add-field', name: 'X-One', value: '1', at: 'top' },
      { kind: 'add-field', name: 'X-Two', value: '2', at: 'bottom' },
      { kind: 'remove-field', name: 'received' },
      { kind: 'set-field', name: 'X-Two', value: 'two' },
    ])
  })
})

describe('the body', () => {
  test('is given whole, piece by piece, and as it was replaced', async () => {
    const { event, end } = viewed(endOfData())
    expect((await event.message.body()).toString()).toBe(body.join(''))
    expect((await Array.fromAsync(event.message.bodyPieces())).map(String)).toEqual(body)
    event.message.setBody('other')
    expect((await event.message.body()).toString()).toBe('other')
    expect(end()).toEqual([{ kind: 'replace-body', body: Buffer.from('other') }])
  })

  test('is not given whole when it is longer than allowed', async () => {
    const { event } = viewed(endOfData(), 10)
    await expect(event.message.body()).rejects.toThrow('longer than the agent')
    await expect(event.message.parsed()).rejects.toThrow('longer than the agent')
    expect(await Array.fromAsync(event.message.bodyPieces())).toHaveLength(2)
  })
})

test('recipients, sender and properties show what was changed', () => {
  const { event, end } = viewed(
    endOfData({ recipients: [{ address: 'a@x.example' }, { address: 'b@x.example' }] }),
  )
  const { message } = event
  message.addRecipient('c@x.example')
  message.removeRecipient('A@x.example')
  message.redirectRecipient('b@x.example', 'd@x.example')
  message.route('c@x.example', { connector: 'To Partner' })
  message.sender = ''
  message.scl = 9
  message.priority = 'High'
  message.setTag('Verdict', 'spam')
  expect(message.recipients.map(({ address }) => address)).toEqual(['d@x.example', 'c@x.example'])
  expect([message.sender, message.scl, message.priority]).toEqual(['', 9, 'High'])
  expect(message.tags).toEqual({ 'Tester.Verdict': 'spam' })
  expect(end()).toEqual([
    { kind: 'add-recipient', address: 'c@x.example' },
    { kind: 'remove-recipient', address: 'A@x.example' },
    { kind: 'redirect-recipient', from: 'b@x.example', to: 'd@x.example' },
    { kind: 'route', address: 'c@x.example', connector: 'To Partner' },
    { kind: 'set-sender', address: '' },
    { kind: 'set-property', name: 'scl', value: 9 },
    { kind: 'set-property', name: 'priority', value: 'High' },
    { kind: 'set-property', name: 'tag', tag: 'Verdict', value: 'spam' },
  ])
})

test.each<[(event: ContentEvent) => void, object]>([
  [
    (event) => event.reject('554 5.7.1 No lotteries here'),
    { kind: 'reject', reply: { code: 554, enhanced: '5.7.1', lines: ['No lotteries here'] } },
  ],
  [
    (event) => event.reject(),
    {
      kind: 'reject',
      reply: { code: 550, enhanced: '5.7.1', lines: ['Message rejected by a transport agent'] },
    },
  ],
  [
    (event) => event.reject({ code: 550, lines: ['a', 'b'] }),
    { kind: 'reject', reply: { code: 550, lines: ['a', 'b'] } },
  ],
  [(event) => event.defer(), { kind: 'defer' }],
  [
    (event) => event.defer('451 4.7.1 Later'),
    { kind: 'defer', reply: { code: 451, enhanced: '4.7.1', lines: ['Later'] } },
  ],
  [(event) => event.disconnect(), { kind: 'disconnect' }],
  [(event) => event.discard('spam'), { kind: 'discard', reason: 'spam' }],
  [(event) => event.quarantine('spam'), { kind: 'quarantine', reason: 'spam' }],
])('%s decides', (decide, action) => {
  const { event, end } = viewed(endOfData())
  decide(event)
  expect(end()).toEqual([action])
})

test('in the categorizer a message is put off until a time', () => {
  const { event, end } = viewed({
    event: 'OnSubmittedMessage',
    message: messageWith(),
    receivedAt: 1000,
    source: 'SMTP:Default',
    originating: false,
  })
  event.defer(new Date(5000), 'not yet')
  expect(event.receivedAt).toEqual(new Date(1000))
  expect(end()).toEqual([{ kind: 'defer', until: 5000, reason: 'not yet' }])
})

test('what cannot be done at an event is an error for the one who tries', () => {
  const { event } = viewed({ event: 'OnDisconnectEvent', session: outsideSession })
  expect(() => event.reject()).toThrow('reject is not possible at OnDisconnectEvent')
  const data = viewed(endOfData()).event
  expect(() => data.message.rejectRecipient('chris@contoso.example')).toThrow('not possible')
  expect(() => data.reject('come back later')).toThrow('not an SMTP reply')
})

test('when the event is over nothing is changed any more', () => {
  const { event, end } = viewed(endOfData())
  expect(end()).toEqual([])
  expect(() => event.reject()).toThrow('OnEndOfData is over')
})

test.each<[Occasion, object]>([
  [
    { event: 'OnEhloCommand', session: outsideSession, name: 'client.example' },
    { helloName: 'client.example' },
  ],
  [
    { event: 'OnAuthCommand', session: outsideSession, mechanism: 'LOGIN' },
    { mechanism: 'LOGIN', session: outsideSession },
  ],
  [
    {
      event: 'OnRcptCommand',
      session: outsideSession,
      message: messageWith({ header: Buffer.alloc(0) }),
      recipient: { address: 'chris@contoso.example' },
    },
    { recipient: { address: 'chris@contoso.example' } },
  ],
  [
    {
      event: 'OnReject',
      session: outsideSession,
      command: 'RCPT',
      reply: { code: 550, enhanced: '5.1.1', lines: ['User unknown'] },
    },
    { command: 'RCPT', reply: '550 5.1.1 User unknown' },
  ],
])('$event says what it is about', (occasion, said) => {
  const name: AgentEvent = occasion.event
  expect(viewed(occasion).event).toMatchObject({
    name,
    agent: { name: 'Tester', settings: { Word: 'lottery' } },
    ...said,
  })
})
