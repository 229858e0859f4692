import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { day, minute } from '../../src/base/time-span.ts'
import { contentFolder, contentPath } from '../../src/queue/sqlite/content-path.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue, sampleTime } from '../support/queue-samples.ts'
import { SchedulerBench, refusing, resultsFor, serving } from '../support/scheduler-bench.ts'

const large = 'x'.repeat(500_000)
const wholeHeader = 'Subject: a\r\n'

interface Damage {
  readonly what: string
  readonly content?: string
  /** SQL on the closed file, or changes of the content's file at this path. */
  readonly sql?: string
  readonly change?: (path: string) => Promise<void>
  readonly reason: RegExp
  /** Whether its sender can be told. */
  readonly told: boolean
  /** What of its body is kept; undefined when nothing is of its content. */
  readonly kept?: string
  /** What of its header is kept with it, where that is not all. */
  readonly keptHeader?: string
}

const damages: readonly Damage[] = [
  {
    what: 'content with another octet',
    sql: `UPDATE message SET content = CAST('Jello world.' AS BLOB) WHERE id = 1`,
    reason: /does not fit its checksum/,
    told: true,
    kept: 'Jello world.',
  },
  {
    what: 'content that is gone',
    sql: `UPDATE message SET content = NULL WHERE id = 1`,
    reason: /is missing/,
    told: true,
    kept: '',
  },
  {
    what: 'a header with another octet',
    sql: `UPDATE message SET header = CAST('Subject: b' AS BLOB) WHERE id = 1`,
    reason: /its header does not fit its checksum/,
    told: true,
    kept: 'Hello world.',
    keptHeader: 'Subject: b',
  },
  {
    what: 'a header that is gone',
    sql: `UPDATE message SET header = NULL WHERE id = 1`,
    reason: /its header does not fit its checksum/,
    told: true,
    kept: 'Hello world.',
    keptHeader: '',
  },
  {
    what: 'a header with another octet above a file',
    content: large,
    sql: `UPDATE message SET header = CAST('Subject: b' AS BLOB) WHERE id = 1`,
    reason: /its header does not fit its checksum/,
    told: true,
    kept: large,
    keptHeader: 'Subject: b',
  },
  {
    what: 'a file with another octet',
    content: large,
    change: (path) => writeFile(path, `y${large.slice(1)}`),
    reason: /does not fit its checksum/,
    told: true,
    kept: `y${large.slice(1)}`,
  },
  {
    what: 'a file that was cut off',
    content: large,
    change: (path) => truncate(path, 300_000),
    reason: /ends after 300000 bytes/,
    told: true,
    kept: large.slice(0, 300_000),
  },
  {
    what: 'a file that is gone',
    content: large,
    change: (path) => rm(path),
    reason: /is missing/,
    told: true,
    kept: '',
  },
  {
    what: 'recipients with another letter',
    sql: `UPDATE copy SET recipients = replace(recipients, 'bob@', 'rob@') WHERE message = 1`,
    reason: /its recipients are damaged/,
    told: true,
    kept: 'Hello world.',
  },
  {
    what: 'recipients that are cut off',
    sql: `UPDATE copy SET recipients = substr(recipients, 1, 8) WHERE message = 1`,
    reason: /its recipients are damaged/,
    told: true,
    kept: 'Hello world.',
  },
  {
    what: 'an envelope with another sender',
    sql: `UPDATE message SET meta = replace(meta, 'alice@', 'malice@') WHERE id = 1`,
    reason: /its envelope is damaged/,
    told: false,
    kept: 'Hello world.',
  },
  {
    what: 'an envelope that is cut off',
    sql: `UPDATE message SET meta = substr(meta, 1, 40) WHERE id = 1`,
    reason: /its envelope is damaged/,
    told: false,
    kept: 'Hello world.',
  },
  {
    what: 'an envelope that is gone',
    sql: `DELETE FROM message WHERE id = 1`,
    reason: /its envelope is damaged/,
    told: false,
  },
]

async function doDamage(path: string, { sql, change }: Damage): Promise<void> {
  if (sql !== undefined) {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
  }
  await change?.(contentPath(contentFolder(path), 1))
}

describe('a stored message with', () => {
  test.each(damages)('$what is put aside, told, and not sent', async (damage) => {
    await using folder = await QueueFolder.make()
    const clock = new FakeClock(sampleTime)
    const before = await folder.open({ clock })
    const content = damage.content ?? 'Hello world.'
    const queues = [domainQueue('first.test')]
    await commitTo(before, queues, { header: wholeHeader, content })
    await commitTo(before, queues, { header: wholeHeader, content: damage.content ?? 'Sound.' })
    await before[Symbol.asyncDispose]()
    await doDamage(folder.path, damage)

    await using store = await folder.open({ clock })
    await using bench = new SchedulerBench(() => store)
    const sent: number[] = []
    bench.serve = serving((copy) => {
      sent.push(copy.message.id)
      return resultsFor(copy, 'delivered', '250 ok')
    })
    await bench.start()
    await expect.poll(() => bench.waiting(), { timeout: 5000 }).toEqual([])

    expect(sent).toContain(2)
    expect(sent).not.toContain(1)
    expect(bench.notices).toEqual(damage.told ? ['failed alice@example.com'] : [])
    const [details] = bench.details.filter(({ internalId }) => internalId === 1)
    expect(details?.['reason']).toMatch(damage.reason)
    const aside = `${folder.path}-damaged`
    const envelope = await readFile(join(aside, '1-1.json'), 'utf8')
    expect(JSON.parse(envelope)).toMatchObject({ nextHopDomain: 'first.test' })
    const files = await readdir(aside)
    expect(files.includes('1.eml')).toBe(damage.kept !== undefined)
    const { kept, keptHeader = wholeHeader } = damage
    if (kept !== undefined)
      expect((await readFile(join(aside, '1.eml'), 'latin1')) === keptHeader + kept).toBe(true)
  })

  test('damage that comes to light only when it expires is put aside, too', async () => {
    await using folder = await QueueFolder.make()
    const clock = new FakeClock(sampleTime)
    const before = await folder.open({ clock })
    await commitTo(before, [domainQueue('first.test')])
    await before[Symbol.asyncDispose]()
    const recipients = damages.find(({ what }) => what === 'recipients that are cut off')
    if (recipients !== undefined) await doDamage(folder.path, recipients)

    await using store = await folder.open({ clock })
    await using bench = new SchedulerBench(() => store)
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.advance(3 * day, day)
    const notices = async () => {
      await bench.advance(minute)
      return bench.notices.at(-1)
    }
    await expect.poll(notices, { timeout: 5000 }).toBe('failed alice@example.com')
    expect(await readdir(`${folder.path}-damaged`)).toEqual(['1-1.json', '1.eml'])
  })

  test('damage that cannot be put aside stays in the queue, told, and as damaged as it was', async () => {
    await using folder = await QueueFolder.make()
    const clock = new FakeClock(sampleTime)
    const before = await folder.open({ clock })
    await commitTo(before, [domainQueue('first.test')])
    await before[Symbol.asyncDispose]()
    const recipients = damages.find(({ what }) => what === 'recipients with another letter')
    if (recipients !== undefined) await doDamage(folder.path, recipients)
    await writeFile(`${folder.path}-damaged`, 'a file in the way')

    await using store = await folder.open({ clock })
    await using bench = new SchedulerBench(() => store)
    await bench.start()
    await expect
      .poll(() => bench.logged)
      .toContainEqual(expect.stringMatching(/could not be put aside/))
    const waiting = async () => await bench.waiting()
    await expect
      .poll(waiting)
      .toMatchObject([{ attempts: 1, damage: 'its recipients are damaged' }])
    expect(bench.notices).toEqual([])
  })
})
