import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LiveValue } from '../../src/base/live.ts'
import { transportConfigSchema } from '../../src/dsn/transport-config.ts'
import { randomGuid } from '../../src/message/message-id.ts'
import { Categorizer } from '../../src/pipeline/categorizer.ts'
import type { RoutingTables } from '../../src/pipeline/routing.ts'
import { QueueSubmission } from '../../src/pipeline/submission.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { sendMessage } from '../support/incoming.ts'
import { contentOf, sampleTime } from '../support/queue-samples.ts'
import { routingTables, sendConnector } from '../support/routing-tables.ts'

const clock = new FakeClock(sampleTime)
const server = { Fqdn: 'edge01.corp.example' }
const inside = sendConnector('In', ['--'], { SmartHosts: ['10.0.0.1'] })
const partner = sendConnector('Partner', ['*.partner.example'], { MaxMessageSize: 10_000 })
const internet = sendConnector('Internet', ['*.test'])

let folder: string
let store: QueueStore
let queued: Copy[]
let submission: QueueSubmission
const tables = new LiveValue<RoutingTables>(routingTables([], []))

async function open(): Promise<void> {
  store = await openSqliteQueueStore({
    path: join(folder, 'mail.que'),
    clock,
    onFatal: (error) => {
      throw error
    },
  })
  queued = []
  const enqueue = (copies: readonly Copy[]) => void queued.push(...copies)
  const transportConfig = new LiveValue(transportConfigSchema.parse({}))
  const categorizer = new Categorizer({ tables })
  const common = {
    store,
    categorizer,
    transportConfig,
    server,
    clock,
    newGuid: randomGuid,
    enqueue,
  }
  const onFault = (what: string, error: unknown) => {
    throw new Error(what, { cause: error })
  }
  submission = new QueueSubmission({ ...common, onFault })
}

async function reopen(): Promise<void> {
  await store[Symbol.asyncDispose]()
  await open()
}

async function content(messageId: number): Promise<string> {
  return (await contentOf(store, messageId)).toString('latin1')
}

/** Next hop and recipients of every copy in the store. */
async function waiting(): Promise<string[][]> {
  const { copies } = await store.scan({ limit: 100 })
  return copies.map((copy) => [
    copy.queue.nextHopDomain,
    ...copy.recipients.map(({ address }) => address),
  ])
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'submission-'))
  tables.set(routingTables(['corp.example'], [inside, partner, internet]))
  await open()
})

afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test('one message to three address spaces is three copies of one content after a restart', async () => {
  const header = 'Message-ID: <m1@s.example>\r\nDate: now\r\n'
  const recipients = ['a@corp.example', 'b@a.partner.example', 'c@x.test', 'A@CORP.example']
  const reply = await sendMessage(submission, { recipients, content: [header, '\r\nsmall\n\xff'] })
  expect(reply).toMatch(/^250 2\.6\.0 <m1@s\.example> \[InternalId=\d+, Hostname=edge01/)
  expect(queued).toHaveLength(3)
  await reopen()
  expect((await waiting()).toSorted()).toEqual([
    ['[10.0.0.1]', 'a@corp.example', 'A@CORP.example'],
    ['a.partner.example', 'b@a.partner.example'],
    ['x.test', 'c@x.test'],
  ])
  const { copies } = await store.scan({ limit: 10 })
  const id = copies[0]?.message.id ?? 0
  expect(new Set(copies.map(({ message }) => message.id))).toEqual(new Set([id]))
  expect(await content(id)).toMatch(/^Received: from mx[\s\S]*Date: now\r\n\r\nsmall\n\xff$/)
})

test('a large message is stored octet for octet behind our header', async () => {
  const piece = Array.from({ length: 65_536 }, (_, at) => String.fromCharCode(at % 256)).join('')
  const pieces = Array.from({ length: 48 }, () => piece)
  const header = 'Message-ID: <m1@s.example>\r\nDate: now\r\n\r\n'
  await sendMessage(submission, { recipients: ['c@x.test'], content: [header, ...pieces] })
  await reopen()
  const { copies } = await store.scan({ limit: 1 })
  const message = copies[0]?.message
  const stored = await content(message?.id ?? 0)
  expect(stored.length).toBe(message?.size)
  expect(stored.slice(stored.indexOf('\r\n\r\n') + 4) === pieces.join('')).toBe(true)
})
