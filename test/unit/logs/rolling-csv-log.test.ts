import { describe, expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { type LogFileSettings, RollingCsvLog } from '../../../src/logs/rolling-csv-log.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeLogDisk } from '../../support/fake-log-disk.ts'

const header =
  '#Software: Microsoft Exchange Server\r\n' +
  '#Version: 15.02.0001.000\r\n' +
  '#Log-type: SMTP Receive Protocol Log\r\n' +
  '#Date: 2026-01-02T03:04:05.678Z\r\n' +
  '#Fields: date-time,data\r\n'

function setUp(changes: Partial<LogFileSettings> = {}) {
  const clock = new FakeClock('2026-01-02T03:04:05.678Z')
  const disk = new FakeLogDisk()
  const warnings: string[] = []
  const settings = new LiveValue<LogFileSettings>({
    folder: '/logs',
    maxAge: 0,
    maxDirectorySize: Infinity,
    maxFileSize: Infinity,
    ...changes,
  })
  const open = () =>
    new RollingCsvLog({
      logType: 'SMTP Receive Protocol Log',
      fields: ['date-time', 'data'],
      prefix: 'RECV',
      settings,
      clock,
      disk,
      warn: (message) => warnings.push(message),
    })
  return { clock, disk, warnings, settings, open, log: open() }
}

describe('a rolling log', () => {
  test('writes header and records with CRLF into the file of the UTC hour', async () => {
    const { log, disk } = setUp()
    log.append('t,one\r\n')
    log.append('t,"zwei, ü"\r\n')
    await log.flush()
    expect([...disk.files]).toEqual([
      ['/logs/RECV2026010203-1.LOG', `${header}t,one\r\nt,"zwei, ü"\r\n`],
    ])
  })

  test('touches the disk only after a while, once for all records', async () => {
    const { log, disk, clock } = setUp()
    for (let at = 0; at < 50; at++) log.append('t,x\r\n')
    clock.advance(99)
    await new Promise(setImmediate)
    expect(disk.files.size).toBe(0)
    clock.advance(1)
    await settled(() => disk.appends === 2)
    expect(disk.records('RECV2026010203-1.LOG')).toHaveLength(50)
  })

  test('does not wait when much has gathered', async () => {
    const { log, disk } = setUp()
    log.append(`t,${'x'.repeat(256 * 1024)}\r\n`)
    await settled(() => disk.appends === 2)
    expect(disk.records('RECV2026010203-1.LOG')).toHaveLength(1)
  })

  test('begins a file each hour, with a header of its own', async () => {
    const { log, disk, clock } = setUp()
    log.append('t,one\r\n')
    await log.flush()
    clock.advance(3_600_000)
    log.append('t,two\r\n')
    await log.flush()
    expect(disk.names).toEqual(['RECV2026010203-1.LOG', 'RECV2026010204-1.LOG'])
    expect(disk.files.get('/logs/RECV2026010204-1.LOG')).toContain(
      '#Date: 2026-01-02T04:04:05.678Z\r\n',
    )
    expect(disk.open).toBe(1)
  })

  test('begins the next instance when a file would grow past its size', async () => {
    const { log, disk } = setUp({ maxFileSize: header.length + 15 })
    for (const name of ['one', 'two', 'three', 'four']) {
      log.append(`t,${name}-xx\r\n`)
      await log.flush()
    }
    expect(disk.names.map((name) => disk.records(name).join(' '))).toEqual([
      't,one-xx',
      't,two-xx',
      't,three-xx',
      't,four-xx',
    ])
    expect(disk.names.at(-1)).toBe('RECV2026010203-4.LOG')
  })

  test('keeps the folder below its limit by deleting the oldest file', async () => {
    const size = header.length + 20
    const { log, disk } = setUp({ maxFileSize: size, maxDirectorySize: 2 * size })
    for (const name of ['one', 'two', 'three', 'four']) {
      log.append(`t,${name}-xxxxxxxx\r\n`)
      await log.flush()
    }
    expect(disk.names).toEqual(['RECV2026010203-3.LOG', 'RECV2026010203-4.LOG'])
  })

  test('deletes files past their age when it begins a new one', async () => {
    const { log, disk, clock } = setUp({ maxAge: 2 * 3_600_000 })
    for (let hour = 0; hour < 5; hour++) {
      log.append('t,x\r\n')
      await log.flush()
      clock.advance(3_600_000)
    }
    expect(disk.names).toEqual([
      'RECV2026010205-1.LOG',
      'RECV2026010206-1.LOG',
      'RECV2026010207-1.LOG',
    ])
  })

  test('after a restart goes on with the next instance', async () => {
    const { log, disk, open } = setUp()
    log.append('t,one\r\n')
    await log.close()
    const next = open()
    next.append('t,two\r\n')
    await next.close()
    expect(disk.names).toEqual(['RECV2026010203-1.LOG', 'RECV2026010203-2.LOG'])
    expect(disk.open).toBe(0)
  })

  test('never shares a file with another process', async () => {
    const { log, disk, open } = setUp()
    const other = open()
    log.append('t,one\r\n')
    other.append('t,two\r\n')
    await Promise.all([log.flush(), other.flush()])
    expect(disk.names.map((name) => disk.records(name))).toEqual([['t,one'], ['t,two']])
  })

  test('follows a changed folder and is silent while there is none', async () => {
    const { log, disk, settings } = setUp()
    log.append('t,one\r\n')
    await log.flush()
    settings.set({ ...settings.current, folder: '/elsewhere' })
    log.append('t,two\r\n')
    await log.flush()
    settings.set({ ...settings.current, folder: undefined })
    log.append('t,three\r\n')
    await log.flush()
    expect([...disk.files.keys()]).toEqual([
      '/logs/RECV2026010203-1.LOG',
      '/elsewhere/RECV2026010203-1.LOG',
    ])
    expect(disk.records('RECV2026010203-1.LOG')).toEqual(['t,one'])
  })

  test('writes what waits when it is closed, and nothing afterwards', async () => {
    const { log, disk, clock } = setUp()
    log.append('t,one\r\n')
    await log.close()
    await log.close()
    log.append('t,two\r\n')
    await log.flush()
    expect(disk.records('RECV2026010203-1.LOG')).toEqual(['t,one'])
    expect(clock.timers).toBe(0)
  })
})

describe('a disk that fails', () => {
  const full = new Error('ENOSPC: no space left on device, write')

  test('costs records, tells once, and goes on in a new file when there is room again', async () => {
    const { log, disk, clock, warnings } = setUp()
    log.append('t,kept\r\n')
    await log.flush()
    disk.failure = full
    log.append('t,lost\r\n')
    await log.flush()
    log.append('t,lost too\r\n')
    await log.flush()
    expect(warnings).toEqual([
      'SMTP Receive Protocol Log: records are being lost, mail is not: ENOSPC: no space left on device, write (/logs)',
    ])
    disk.failure = undefined
    log.append('t,again\r\n')
    clock.advance(5000)
    await settled(() => warnings.length === 2)
    expect(warnings[1]).toBe('SMTP Receive Protocol Log: written again; 2 records were lost')
    expect(disk.names).toEqual(['RECV2026010203-1.LOG', 'RECV2026010203-2.LOG'])
    expect(disk.records('RECV2026010203-1.LOG')).toEqual(['t,kept'])
    expect(disk.records('RECV2026010203-2.LOG')).toEqual(['t,again'])
  })

  test('is tried again only after a pause, and gathers no empty files meanwhile', async () => {
    const { log, disk, clock } = setUp()
    disk.failure = full
    for (let at = 0; at < 40; at++) {
      log.append('t,x\r\n')
      clock.advance(100)
      await new Promise(setImmediate)
    }
    expect(disk.appends).toBe(1)
    expect(disk.names).toEqual([])
  })

  test('holds a bounded number of records while it hangs', async () => {
    const { log, disk, warnings } = setUp()
    let release: () => void = () => undefined
    disk.gate = new Promise((resolve) => (release = resolve))
    const record = `t,${'x'.repeat(1000)}\r\n`
    for (let at = 0; at < 10_000; at++) {
      if (at === 1_500) expect(log.isCrowded).toBe(false)
      if (at === 3_000) expect(log.isCrowded).toBe(true)
      log.append(record)
    }
    expect(warnings).toEqual([
      'SMTP Receive Protocol Log: records are being lost, mail is not: the disk does not keep up (/logs)',
    ])
    release()
    await log.close()
    const written = disk.records('RECV2026010203-1.LOG').length
    expect(written * record.length).toBeGreaterThan(3_000_000)
    expect(written * record.length).toBeLessThan(5_000_000)
    expect(log.isCrowded).toBe(false)
    expect(warnings[1]).toBe(
      `SMTP Receive Protocol Log: written again; ${10_000 - written} records were lost`,
    )
  })

  test('does not hold up closing for ever', async () => {
    const { log, disk, clock } = setUp()
    disk.gate = new Promise(() => undefined)
    log.append('t,x\r\n')
    const closed = log.close()
    await new Promise(setImmediate)
    clock.advance(5000)
    await closed
  })
})

/** Lets promises run until `condition` holds; the test's own time limit ends it. */
async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}
