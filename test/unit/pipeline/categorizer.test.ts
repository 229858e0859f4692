import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import type { Directory } from '../../../src/directory/directory.ts'
import { Categorizer } from '../../../src/pipeline/categorizer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { foreignConnector, routingTables, sendConnector } from '../../support/routing-tables.ts'

const tables = routingTables(
  ['corp.example'],
  [
    sendConnector('In', ['--'], { SmartHosts: ['10.0.0.1'] }),
    sendConnector('Partner', ['*.partner.example'], { MaxMessageSize: 1000 }),
    sendConnector('Internet', ['*.test']),
  ],
)
const categorizer = new Categorizer({ tables: new LiveValue(tables) })
const recipients = (...addresses: string[]) => addresses.map((address) => ({ address }))

/** Queue domain and recipients of each copy. */
async function copies(addresses: readonly string[], size = 0) {
  const result = await categorizer.categorize({ recipients: recipients(...addresses), size })
  return result.copies.map((copy) => [
    copy.queue.nextHopDomain,
    ...copy.recipients.map(({ address }) => address),
  ])
}

test('one message to three address spaces becomes three copies', async () => {
  expect(
    await copies(['a@corp.example', 'b@partner.example', 'c@x.test', 'd@corp.example']),
  ).toEqual([
    ['[10.0.0.1]', 'a@corp.example', 'd@corp.example'],
    ['partner.example', 'b@partner.example'],
    ['x.test', 'c@x.test'],
  ])
})

test('domains of one connector routed by MX are separate next hops', async () => {
  expect(await copies(['a@x.test', 'b@y.test', 'c@X.test'])).toEqual([
    ['x.test', 'a@x.test', 'c@X.test'],
    ['y.test', 'b@y.test'],
  ])
})

test('a recipient named twice gets one copy; local parts differ by case', async () => {
  expect(await copies(['a@x.test', 'a@X.TEST', 'A@x.test'])).toEqual([
    ['x.test', 'a@x.test', 'A@x.test'],
  ])
})

test('recipients that nothing serves go to the Unreachable queue with the reason', async () => {
  const { copies, failed } = await categorizer.categorize({
    recipients: recipients('a@nowhere.invalid'),
    size: 0,
  })
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

test('too large a message fails for that recipient alone', async () => {
  const result = await categorizer.categorize({
    recipients: recipients('a@x.test', 'b@partner.example'),
    size: 1001,
  })
  expect(result.copies.map(({ queue }) => queue.nextHopDomain)).toEqual(['x.test'])
  expect(result.failed).toEqual([
    {
      recipient: { address: 'b@partner.example' },
      outcome: 'failed',
      reply: '550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route',
    },
  ])
})

test('keeps what the sender asked per recipient and drops an old error', async () => {
  const recipient = {
    address: 'a@x.test',
    notify: ['SUCCESS'] as const,
    originalRecipient: 'rfc822;b@x.test',
  }
  const { copies } = await categorizer.categorize({
    recipients: [{ ...recipient, lastError: 'old' }],
    size: 0,
  })
  expect(copies[0]?.recipients).toEqual([recipient])
})

test('postmaster without a domain is ours', async () => {
  expect(await copies(['postmaster'])).toEqual([['[10.0.0.1]', 'postmaster@corp.example']])
})

test('a directory is not asked for an address of another mail system, and for all others it is', async () => {
  const asked: string[] = []
  const directory: Directory = {
    hasRecipients: true,
    find: (address) => {
      asked.push(address)
      return { kind: 'unknown' }
    },
    members: () => ({ kind: 'found', addresses: [], unknown: [] }),
  }
  const withFax = new Categorizer({
    tables: new LiveValue({
      ...tables,
      connectors: [...tables.connectors, foreignConnector('Fax', ['FAX:*'])],
    }),
    resolution: { directory, clock: new FakeClock() },
  })
  const { copies, failed } = await withFax.categorize({
    recipients: recipients('IMCEAFAX-1@corp.example', 'IMCEAPAGER-1@corp.example'),
    size: 0,
  })
  expect(asked).toEqual(['IMCEAPAGER-1@corp.example'])
  expect(copies.map(({ queue }) => queue.nextHopDomain)).toEqual(['FAX'])
  expect(failed.map(({ recipient }) => recipient.address)).toEqual(['IMCEAPAGER-1@corp.example'])
})
