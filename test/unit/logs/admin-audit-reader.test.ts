import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AdminAuditLog } from '../../../src/logs/admin-audit-log.ts'
import { readAdminAuditLog } from '../../../src/logs/admin-audit-reader.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const entry = { user: 'ann', cmdlet: 'Set-X', parameters: '-Name "a, b"', object: 'a' }

test('gives back what was written, the youngest first', async () => {
  const dataFolder = await tempFolder()
  const clock = new FakeClock('2026-11-21T23:59:58Z')
  const log = new AdminAuditLog(dataFolder, clock)
  await log.append(entry)
  clock.advance(1000)
  await log.append({ ...entry, error: 'no, "never"' })
  await appendFile(join(dataFolder, 'logs/AdminAudit/ADMINAUDIT20261121-1.LOG'), 'rubbish\r\n')
  clock.advance(1000)
  await log.append(entry)
  const found = await Array.fromAsync(readAdminAuditLog({ dataFolder }))
  expect(found).toEqual([
    { ...entry, time: Date.UTC(2026, 10, 22), place: '20261122-1:6', error: undefined },
    {
      ...{ ...entry, time: Date.UTC(2026, 10, 21, 23, 59, 59), place: '20261121-1:7' },
      error: 'no, "never"',
    },
    {
      ...{ ...entry, time: Date.UTC(2026, 10, 21, 23, 59, 58), place: '20261121-1:6' },
      error: undefined,
    },
  ])
})

test('takes the start with it and leaves the end out', async () => {
  const dataFolder = await tempFolder()
  const clock = new FakeClock('2026-11-21T00:00:00Z')
  const log = new AdminAuditLog(dataFolder, clock)
  for (let hour = 0; hour < 48; hour += 12) {
    await log.append({ ...entry, object: String(hour) })
    clock.advance(12 * 3600 * 1000)
  }
  const between = async (start: number, end: number) => {
    const query = { dataFolder, start: Date.UTC(2026, 10, 21, start) }
    const records = readAdminAuditLog({ ...query, end: Date.UTC(2026, 10, 21, end) })
    return (await Array.fromAsync(records)).map(({ object }) => object)
  }
  expect(await between(0, 48)).toEqual(['36', '24', '12', '0'])
  expect(await between(12, 36)).toEqual(['24', '12'])
  expect(await between(24, 24)).toEqual([])
})

test('of a server that never changed there is nothing', async () => {
  const dataFolder = await tempFolder()
  expect(await Array.fromAsync(readAdminAuditLog({ dataFolder }))).toEqual([])
})
