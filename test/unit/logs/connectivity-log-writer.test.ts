import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { ConnectivityLogWriter } from '../../../src/logs/connectivity-log-writer.ts'
import type { ConnectivityLogSettings, LoggingService } from '../../../src/logs/log-folders.ts'
import { SessionIds } from '../../../src/logs/session-ids.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeLogDisk } from '../../support/fake-log-disk.ts'

const settings: ConnectivityLogSettings = {
  ConnectivityLogEnabled: true,
  ConnectivityLogPath: '',
  ConnectivityLogMaxAge: 0,
  ConnectivityLogMaxDirectorySize: Infinity,
  ConnectivityLogMaxFileSize: Infinity,
}

function setUp(service: LoggingService = 'Edge') {
  const disk = new FakeLogDisk()
  const clock = new FakeClock('2026-10-01T23:10:00.010Z')
  const live = new LiveValue(settings)
  const ids = new SessionIds(clock, () => 0)
  const means = { clock, disk, warn: () => undefined }
  const log = new ConnectivityLogWriter({
    ...{ settings: live, service, dataFolder: '/data', ids },
    ...means,
  })
  return { clock, disk, live, log }
}

const toFabrikam = {
  destination: 'fabrikam.example',
  description: 'DnsConnectorDelivery To Internet',
}

test("writes a session in Exchange's form", async () => {
  const { clock, disk, log } = setUp()
  const session = log.session(toFabrikam)
  clock.advance(45)
  session.note('Established connection to 203.0.113.25')
  session.carried(2710, 1)
  session.carried(300, 3)
  clock.advance(400)
  session.end('Retry : 421 4.3.2 "Busy", try later')
  await log.close()
  expect(disk.files.get('/data/logs/Edge/Connectivity/CONNECTLOG20261001-1.LOG')).toBe(
    [
      '#Software: Microsoft Exchange Server',
      '#Version: 15.02.0001.000',
      '#Log-type: Transport Connectivity Log',
      '#Date: 2026-10-01T23:10:00.455Z',
      '#Fields: date-time,session,source,Destination,direction,description',
      `2026-10-01T23:10:00.010Z,${session.id},SMTP,fabrikam.example,+,DnsConnectorDelivery To Internet`,
      `2026-10-01T23:10:00.055Z,${session.id},SMTP,fabrikam.example,>,Established connection to 203.0.113.25`,
      `2026-10-01T23:10:00.455Z,${session.id},SMTP,fabrikam.example,-,"Messages: 2 Bytes: 3010 Recipients: 4 (Retry : 421 4.3.2 ""Busy"", try later)"`,
      '',
    ].join('\r\n'),
  )
  expect(session.id).toMatch(/^[0-9A-F]{16}$/)
})

test('tells the end of a session once, and sets sessions apart', async () => {
  const { disk, log } = setUp()
  const [one, two] = [log.session(toFabrikam), log.session(toFabrikam)]
  two.end()
  one.end()
  one.end('again')
  await log.close()
  const ends = disk.records('CONNECTLOG20261001-1.LOG').filter((line) => line.includes(',-,'))
  expect(ends.map((line) => line.split(',').slice(1))).toEqual(
    [two, one].map(({ id }) => [
      ...[id, 'SMTP', 'fabrikam.example', '-'],
      'Messages: 0 Bytes: 0 Recipients: 0 ()',
    ]),
  )
  expect(one.id).not.toBe(two.id)
})

test('cannot be made to write a line or a field of its own by a destination', async () => {
  const { disk, log } = setUp()
  log.session({ destination: '[192.0.2.1],relay.example\r\nx', description: 'a,b' })
  await log.close()
  expect(disk.records('CONNECTLOG20261001-1.LOG').map((line) => line.slice(42))).toEqual([
    'SMTP,"[192.0.2.1],relay.example  x",+,"a,b"',
  ])
})

test('begins a file each day of the UTC', async () => {
  const { clock, disk, log } = setUp('FrontEnd')
  for (const wait of [0, 3_000_000, 6 * 3_600_000]) {
    clock.advance(wait)
    log.session(toFabrikam)
    await log.flush()
  }
  expect([...disk.files.keys()]).toEqual([
    '/data/logs/FrontEnd/Connectivity/CONNECTLOG20261001-1.LOG',
    '/data/logs/FrontEnd/Connectivity/CONNECTLOG20261002-1.LOG',
  ])
  expect(disk.records('CONNECTLOG20261002-1.LOG')).toHaveLength(2)
})

test('follows its settings: path, and whether there is a log', async () => {
  const { disk, live, log } = setUp('Hub')
  for (const change of [
    { ConnectivityLogEnabled: false },
    { ConnectivityLogPath: '$null' },
    { ConnectivityLogPath: 'elsewhere' },
  ]) {
    live.set({ ...settings, ...change })
    const session = log.session(toFabrikam)
    expect(session.id).toMatch(/^[0-9A-F]{16}$/)
    session.end()
    await log.flush()
  }
  expect([...disk.files.keys()]).toEqual(['/data/elsewhere/CONNECTLOG20261001-1.LOG'])
  expect(disk.records('CONNECTLOG20261001-1.LOG')).toHaveLength(2)
})
