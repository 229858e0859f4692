import { afterEach, beforeEach, expect, test } from 'vitest'
import { join } from 'node:path'
import { LiveValue } from '../../src/base/live.ts'
import { day, minute, second } from '../../src/base/time-span.ts'
import { DsnNotifier } from '../../src/dsn/dsn-notifier.ts'
import { RemoteDomainTable } from '../../src/dsn/remote-domains.ts'
import { transportConfigSchema } from '../../src/dsn/transport-config.ts'
import { randomGuid } from '../../src/message/message-id.ts'
import { Categorizer, itemOf } from '../../src/pipeline/categorizer.ts'
import type { RoutingTables } from '../../src/pipeline/routing.ts'
import { QueueSubmission } from '../../src/pipeline/submission.ts'
import { isDeliveryQueue } from '../../src/queue/queue-key.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { QueueScheduler } from '../../src/queue/scheduler/scheduler.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { FakeDirectory, group, mailbox } from '../support/fake-directory.ts'
import { sendMessage } from '../support/incoming.ts'
import { MemoryDeaths } from '../support/memory-deaths.ts'
import { MemoryJournal } from '../support/memory-journal.ts'
import { contentOf, sampleTime } from '../support/queue-samples.ts'
import { routingTables, sendConnector } from '../support/routing-tables.ts'
import { schedulerSettings } from '../support/scheduler-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'

const clock = new FakeClock(sampleTime)
const server = { Name: 'EDGE01', Fqdn: 'edge01.corp.example' }
const home = sendConnector('Home', ['sender.example'], { SmartHosts: ['10.0.0.1'] })
const partner = sendConnector('Partner', ['*.partner.example'], { MaxMessageSize: 1000 })
const internet = sendConnector('Internet', ['*.test'])

/** What a delivery connection took. */
interface Delivery {
  readonly queue: string
  readonly sender: string
  readonly recipients: readonly string[]
  readonly content: string
}

let stack: AsyncDisposableStack
let tables: LiveValue<RoutingTables>
let deliveries: Delivery[]
let delivered: () => void
let submission: QueueSubmission
let scheduler: QueueScheduler
let store: QueueStore
let directory: FakeDirectory

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  tables = new LiveValue(routingTables(['corp.example'], [home, partner]))
  directory = new FakeDirectory([
    mailbox('ana@corp.example'),
    group('all@corp.example', ...Array.from({ length: 2500 }, (_, at) => `m${at}@x.test`)),
  ])
  const categorizer = new Categorizer({ tables, resolution: { directory, clock } })
  deliveries = []
  delivered = () => undefined
  const fail = (error: unknown): never => {
    throw error
  }
  const path = join(await tempFolder(), 'mail.que')
  store = stack.use(await openSqliteQueueStore({ path, clock, onFatal: fail }))
  const transportConfig = new LiveValue(transportConfigSchema.parse({}))
  const common = { store, clock, newGuid: randomGuid, server, transportConfig }
  scheduler = stack.use(
    new QueueScheduler({
      ...common,
      inHand: new MemoryJournal(),
      deaths: new MemoryDeaths(),
      agent: { serve: deliver },
      notifier: new DsnNotifier({
        ...common,
        categorize: (recipients) => categorizer.start({ recipients, size: 0 }).copies,
        domains: new LiveValue(tables.current.acceptedDomains),
        remoteDomains: new LiveValue(new RemoteDomainTable([])),
        messageExpirationTimeout: new LiveValue(2 * day),
      }),
      recategorize: (copy) => categorizer.categorize(itemOf(copy)),
      settings: new LiveValue(schedulerSettings),
      serverName: server.Name,
      load: () => 0,
      log: { warn: (_, message) => fail(message), error: (_, message) => fail(message) },
      onEvent: () => undefined,
    }),
  )
  submission = new QueueSubmission({
    ...common,
    categorizer,
    enqueue: (copies) => scheduler.enqueue(copies),
    onFault: (what, error) => fail(new Error(what, { cause: error })),
  })
  await scheduler.start()
})

afterEach(() => stack.disposeAsync())

/** A connection that delivers everything. */
const deliver: ConstructorParameters<typeof QueueScheduler>[0]['agent']['serve'] = async (lane) => {
  for (let copy = await lane.next(); copy !== undefined; copy = await lane.next()) {
    deliveries.push({
      queue: lane.key.nextHopDomain,
      sender: copy.message.envelope.sender,
      recipients: copy.recipients.map(({ address }) => address),
      content: (await contentOf(store, copy.message.id)).toString('latin1'),
    })
    const reply = '250 2.6.0 Queued'
    await lane.report(
      copy,
      copy.recipients.map((recipient) => ({ recipient, outcome: 'delivered', reply })),
    )
    delivered()
  }
  return { kind: 'served' }
}

/** Resolves when so many copies have gone out. */
async function deliveriesMade(count: number): Promise<readonly Delivery[]> {
  while (deliveries.length < count) {
    await new Promise<void>((resolve) => {
      delivered = resolve
    })
  }
  return deliveries
}

const header = 'Message-ID: <m1@s.example>\r\nSubject: large\r\nDate: now\r\n\r\n'
const sent = {
  recipients: ['b@a.partner.example'],
  content: [header, `${'x'.repeat(70)}\r\n`.repeat(20)],
}

test('a message too large for every connector is accepted and comes back as a notification', async () => {
  expect(await sendMessage(submission, sent)).toMatch(/^250 2\.6\.0 <m1@s\.example> /)
  const [notification, ...others] = await deliveriesMade(1)
  expect(others).toEqual([])
  expect(notification).toMatchObject({
    queue: '[10.0.0.1]',
    sender: '',
    recipients: ['bob@sender.example'],
  })
  expect(notification?.content).toMatch(/^Final-Recipient: rfc822;b@a\.partner\.example\r$/m)
  expect(notification?.content).toMatch(/^Status: 5\.3\.4\r$/m)
  await expect.poll(async () => (await store.scan({ limit: 10 })).copies).toEqual([])
})

test('its other recipients get it all the same', async () => {
  tables.set(routingTables(['corp.example'], [home, partner, internet]))
  await sendMessage(submission, { ...sent, recipients: [...sent.recipients, 'c@x.test'] })
  const made = await deliveriesMade(2)
  expect(made.map(({ sender, recipients }) => [sender, ...recipients]).toSorted()).toEqual([
    ['', 'bob@sender.example'],
    ['bob@sender.example', 'c@x.test'],
  ])
})

test('an unreachable recipient leaves once a connector serves it', async () => {
  await sendMessage(submission, { ...sent, recipients: ['c@x.test'] })
  const { copies } = await store.scan({ limit: 10 })
  expect(copies.map(({ queue }) => queue.deliveryType)).toEqual(['Unreachable'])
  await scheduler.operations.reroute(isDeliveryQueue)
  expect(deliveries).toEqual([])

  clock.advance(second)
  tables.set(routingTables(['corp.example'], [home, partner, internet]))
  await scheduler.operations.reroute(isDeliveryQueue)
  expect(await deliveriesMade(1)).toMatchObject([
    { queue: 'x.test', sender: 'bob@sender.example', recipients: ['c@x.test'] },
  ])
})

test('the members of a large group get copies of a thousand recipients, each once', async () => {
  tables.set(routingTables(['corp.example'], [home, partner, internet]))
  await sendMessage(submission, { ...sent, recipients: ['all@corp.example', 'm7@x.test'] })
  const made = await deliveriesMade(3)
  expect(made.map(({ recipients }) => recipients.length)).toEqual([1000, 1000, 500])
  expect(new Set(made.flatMap(({ recipients }) => recipients)).size).toBe(2500)
  await expect.poll(async () => (await store.scan({ limit: 10 })).copies).toEqual([])
})

test('mail is taken while the directory is away, and leaves when it is back', async () => {
  tables.set(
    routingTables(
      ['corp.example'],
      [home, sendConnector('In', ['--'], { SmartHosts: ['10.0.0.2'] })],
    ),
  )
  directory.away = 'connection refused'
  expect(await sendMessage(submission, { ...sent, recipients: ['ana@corp.example'] })).toMatch(
    /^250 /,
  )
  const why = '451 4.4.3 RESOLVER.ADR.DirectoryUnavailable; connection refused'
  await expect
    .poll(async () => (await store.scan({ limit: 10 })).copies.map((copy) => copy.lastError))
    .toEqual([why])
  directory.away = undefined
  clock.advance(30 * minute)
  expect(await deliveriesMade(1)).toMatchObject([{ recipients: ['ana@corp.example'] }])
})

test('a recipient whom the directory does not know comes back as a notification', async () => {
  await sendMessage(submission, { ...sent, recipients: ['gone@corp.example'] })
  const [notification] = await deliveriesMade(1)
  expect(notification?.content).toMatch(/^Status: 5\.1\.10\r$/m)
  expect(notification?.content).toContain('550 5.1.10 RESOLVER.ADR.RecipientNotFound;')
})
