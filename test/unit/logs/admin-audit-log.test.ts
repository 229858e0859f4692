import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AdminAuditLog } from '../../../src/logs/admin-audit-log.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const entry = { user: 'ann', cmdlet: 'Set-X', parameters: '-Name "a, b"', object: 'a' }

test('keeps a file a day, of which only the owner reads, with one record each', async () => {
  const data = await tempFolder()
  const clock = new FakeClock('2026-11-21T23:59:59Z')
  const log = new AdminAuditLog(data, clock)
  await log.append(entry)
  await new AdminAuditLog(data, clock).append({ ...entry, error: 'no\r\nway' })
  const folder = join(data, 'logs', 'AdminAudit')
  const file = join(folder, 'ADMINAUDIT20261121-1.LOG')
  const lines = (await readFile(file, 'utf8')).split('\r\n')
  expect(lines.slice(2)).toEqual([
    '#Log-type: Admin Audit Log',
    '#Date: 2026-11-21T23:59:59.000Z',
    '#Fields: date-time,user,cmdlet,parameters,object,succeeded,error',
    '2026-11-21T23:59:59.000Z,ann,Set-X,"-Name ""a, b""",a,True,',
    '2026-11-21T23:59:59.000Z,ann,Set-X,"-Name ""a, b""",a,False,no  way',
    '',
  ])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  clock.advance(1000)
  await log.append(entry)
  expect(await readdir(folder)).toEqual(['ADMINAUDIT20261121-1.LOG', 'ADMINAUDIT20261122-1.LOG'])
})

test('begins the next file when one is full, and deletes those past their age', async () => {
  const data = await tempFolder()
  const clock = new FakeClock('2026-11-21T06:00:00Z')
  const log = new AdminAuditLog(data, clock)
  await log.append(entry)
  const folder = join(data, 'logs', 'AdminAudit')
  await writeFile(join(folder, 'ADMINAUDIT20260101-1.LOG'), 'old')
  await writeFile(join(folder, 'ADMINAUDIT20261121-1.LOG'), Buffer.alloc(10 * 1024 ** 2))
  await log.append(entry)
  expect(await readdir(folder)).toEqual(['ADMINAUDIT20261121-1.LOG', 'ADMINAUDIT20261121-2.LOG'])
})

test('of records that come at once none is lost', async () => {
  const data = await tempFolder()
  const clock = new FakeClock('2026-11-21T06:00:00Z')
  const logs = Array.from({ length: 20 }, () => new AdminAuditLog(data, clock))
  await Promise.all(logs.map((log) => log.append(entry)))
  const text = await readFile(join(data, 'logs', 'AdminAudit', 'ADMINAUDIT20261121-1.LOG'), 'utf8')
  expect(text.match(/^#Fields/gm)).toHaveLength(1)
  expect(text.match(/Set-X/g)).toHaveLength(20)
})
