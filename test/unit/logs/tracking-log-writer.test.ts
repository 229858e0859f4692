import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import type { TrackingLogSettings } from '../../../src/logs/log-folders.ts'
import { TrackingLogWriter } from '../../../src/logs/tracking-log-writer.ts'
import type { TrackingEntry } from '../../../src/logs/tracking-log.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeLogDisk } from '../../support/fake-log-disk.ts'

const settings: TrackingLogSettings = {
  MessageTrackingLogEnabled: true,
  MessageTrackingLogPath: '',
  MessageTrackingLogMaxAge: 0,
  MessageTrackingLogMaxDirectorySize: Infinity,
  MessageTrackingLogMaxFileSize: Infinity,
  MessageTrackingLogSubjectLoggingEnabled: true,
}

function setUp(changes: Partial<TrackingLogSettings> = {}) {
  const disk = new FakeLogDisk()
  const live = new LiveValue({ ...settings, ...changes })
  const log = new TrackingLogWriter({
    settings: live,
    dataFolder: '/data',
    clock: new FakeClock('2026-10-01T09:00:00.117Z'),
    newGuid: () => '11111111-2222-4333-8444-555555555555',
    warn: () => undefined,
    disk,
  })
  return { disk, live, log }
}

const entry: TrackingEntry = {
  message: {
    internalMessageId: 21474836481,
    messageId: '<a1@sender.example>',
    networkMessageId: '7f0c1f0e-5b1d-4c4a-8f1a-08de0a110001',
    totalBytes: 2310,
    messageSubject: 'Hello, "you"\r\n#Fields: x',
    sender: 'bob@sender.example',
    returnPath: '<>',
    directionality: 'Incoming',
    originalClientIp: '198.51.100.7',
  },
  source: 'SMTP',
  event: 'RECEIVE',
  recipients: ['user@corp.example', 'other@corp.example'],
  clientIp: '198.51.100.7',
  clientHostname: 'mx.sender.example',
  serverIp: '192.0.2.10',
  serverHostname: 'EDGE01',
  sourceContext: '08DE0A11;2026-10-01T08:59:59.800Z;0',
  connectorId: 'EDGE01\\Default, internal',
  originalServerIp: '192.0.2.10',
}

test("writes a record in Exchange's form, one line whatever its texts hold", async () => {
  const { disk, log } = setUp()
  log.record(entry)
  await log.close()
  expect(disk.files.get('/data/logs/MessageTracking/MSGTRK2026100109-1.LOG')).toBe(
    [
      '#Software: Microsoft Exchange Server',
      '#Version: 15.02.0001.000',
      '#Log-type: Message Tracking Log',
      '#Date: 2026-10-01T09:00:00.117Z',
      '#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,tenant-id,original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version',
      '2026-10-01T09:00:00.117Z,198.51.100.7,mx.sender.example,192.0.2.10,EDGE01,08DE0A11;2026-10-01T08:59:59.800Z;0,"EDGE01\\Default, internal",SMTP,RECEIVE,21474836481,<a1@sender.example>,7f0c1f0e-5b1d-4c4a-8f1a-08de0a110001,user@corp.example;other@corp.example,,2310,2,,,"Hello, ""you""  #Fields: x",bob@sender.example,<>,,Incoming,,198.51.100.7,192.0.2.10,,Email,11111111-2222-4333-8444-000000000000,15.02.0001.000',
      '',
    ].join('\r\n'),
  )
})

test('gives each record an id of its own', async () => {
  const { disk, log } = setUp()
  log.record(entry)
  log.record(entry)
  await log.close()
  const ids = disk.records('MSGTRK2026100109-1.LOG').map((line) => line.split(',').at(-2))
  expect(ids).toEqual([
    '11111111-2222-4333-8444-000000000000',
    '11111111-2222-4333-8444-000000000001',
  ])
})

test('follows its settings: subject, path, and whether there is a log', async () => {
  const { disk, live, log } = setUp({ MessageTrackingLogSubjectLoggingEnabled: false })
  log.record(entry)
  await log.flush()
  expect(disk.records('MSGTRK2026100109-1.LOG').join()).not.toContain('Hello')
  live.set({ ...settings, MessageTrackingLogEnabled: false })
  expect(log.enabled).toBe(false)
  log.record(entry)
  live.set({ ...settings, MessageTrackingLogPath: '$null' })
  expect(log.enabled).toBe(false)
  log.record(entry)
  live.set({ ...settings, MessageTrackingLogPath: 'elsewhere' })
  log.record(entry)
  await log.close()
  expect(log.enabled).toBe(false)
  expect([...disk.files.keys()]).toEqual([
    '/data/logs/MessageTracking/MSGTRK2026100109-1.LOG',
    '/data/elsewhere/MSGTRK2026100109-1.LOG',
  ])
  expect(disk.records('MSGTRK2026100109-1.LOG')).toHaveLength(1)
  expect(disk.files.get('/data/elsewhere/MSGTRK2026100109-1.LOG')).toContain('Hello')
})
