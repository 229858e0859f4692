import { expect, test } from 'vitest'
import { categorize } from '../../../src/pipeline/categorizer.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'

const tables = routingTables(
  ['corp.example'],
  [
    sendConnector('In', ['--'], { SmartHosts: ['10.0.0.1'] }),
    sendConnector('Partner', ['*.partner.example'], { MaxMessageSize: 1000 }),
    sendConnector('Internet', ['*.test']),
  ],
)
const recipients = (...addresses: string[]) => addresses.map((address) => ({ address }))

/** Queue domain and recipients of each copy. */
function copies(addresses: readonly string[], size = 0) {
  return categorize(recipients(...addresses), size, tables).copies.map((copy) => [
    copy.queue.nextHopDomain,
    ...copy.recipients.map(({ address }) => address),
  ])
}

test('one message to three address spaces becomes three copies', () => {
  expect(copies(['a@corp.example', 'b@partner.example', 'c@x.test', 'd@corp.example'])).toEqual([
    ['[10.0.0.1]', 'a@corp.example', 'd@corp.example'],
    ['partner.example', 'b@partner.example'],
    ['x.test', 'c@x.test'],
  ])
})

test('domains of one connector routed by MX are separate next hops', () => {
  expect(copies(['a@x.test', 'b@y.test', 'c@X.test'])).toEqual([
    ['x.test', 'a@x.test', 'c@X.test'],
    ['y.test', 'b@y.test'],
  ])
})

test('a recipient named twice gets one copy; local parts differ by case', () => {
  expect(copies(['a@x.test', 'a@X.TEST', 'A@x.test'])).toEqual([['x.test', 'a@x.test', 'A@x.test']])
})

test('recipients that nothing serves go to the Unreachable queue with the reason', () => {
  const { copies, failed } = categorize(recipients('a@nowhere.invalid'), 0, tables)
  expect(failed).toEqual([])
  expect(copies).toEqual([
    {
      queue: {
        deliveryType: 'Unreachable',
        nextHopDomain: 'Unreachable Domain',
        nextHopConnector: '',
      },
      recipients: [
        {
          address: 'a@nowhere.invalid',
          lastError: 'A matching connector cannot be found to route the external recipient',
        },
      ],
    },
  ])
})

test('too large a message fails for that recipient alone', () => {
  const result = categorize(recipients('a@x.test', 'b@partner.example'), 1001, tables)
  expect(result.copies.map(({ queue }) => queue.nextHopDomain)).toEqual(['x.test'])
  expect(result.failed).toEqual([
    {
      recipient: { address: 'b@partner.example' },
      outcome: 'failed',
      reply: '550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route',
    },
  ])
})

test('keeps what the sender asked per recipient and drops an old error', () => {
  const recipient = {
    address: 'a@x.test',
    notify: ['SUCCESS'] as const,
    originalRecipient: 'rfc822;b@x.test',
  }
  const { copies } = categorize([{ ...recipient, lastError: 'old' }], 0, tables)
  expect(copies[0]?.recipients).toEqual([recipient])
})

test('postmaster without a domain is ours', () => {
  expect(copies(['postmaster'])).toEqual([['[10.0.0.1]', 'postmaster@corp.example']])
})
