import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { openProtocolLog } from '../../../src/logs/open-protocol-log.ts'
import { SessionIds } from '../../../src/logs/session-ids.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeLogDisk } from '../../support/fake-log-disk.ts'

const limits = {
  ReceiveProtocolLogPath: '',
  ReceiveProtocolLogMaxAge: 0,
  ReceiveProtocolLogMaxDirectorySize: Infinity,
  ReceiveProtocolLogMaxFileSize: Infinity,
  SendProtocolLogPath: '',
  SendProtocolLogMaxAge: 0,
  SendProtocolLogMaxDirectorySize: Infinity,
  SendProtocolLogMaxFileSize: Infinity,
}

function setUp(direction: 'Receive' | 'Send') {
  const clock = new FakeClock('2025-03-04T09:00:00.112Z')
  const disk = new FakeLogDisk()
  const log = openProtocolLog({
    service: 'Edge',
    direction,
    dataFolder: '/data',
    settings: new LiveValue(limits),
    ids: new SessionIds(clock, () => 0),
    clock,
    warn: () => undefined,
    disk,
  })
  return { clock, disk, log }
}

const receiving = {
  connectorId: 'EDGE7\\Default internal receive connector EDGE7',
  local: { address: '192.0.2.25', port: 25 },
  remote: { address: '::ffff:203.0.113.77', port: 50122 },
}

test("writes a session in Exchange's form", async () => {
  const { clock, disk, log } = setUp('Receive')
  const session = log.session({ ...receiving, verbose: true })
  session.record('+', '')
  session.record('*', 'SMTPSubmit AcceptRoutingHeaders', 'Set Session Permissions')
  clock.advance(1)
  session.record('>', '220 edge7.tailwind.example ready at Tue, 4 Mar 2025 10:00:00 +0100')
  session.record('<', 'EHLO mx.lucerne.example')
  session.record('-', '', 'Remote')
  await log.close()
  expect(disk.files.get('/data/logs/Edge/ProtocolLog/SmtpReceive/RECV2025030409-1.LOG')).toBe(
    [
      '#Software: Microsoft Exchange Server',
      '#Version: 15.02.0001.000',
      '#Log-type: SMTP Receive Protocol Log',
      '#Date: 2025-03-04T09:00:00.113Z',
      '#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context',
      '2025-03-04T09:00:00.112Z,EDGE7\\Default internal receive connector EDGE7,08DD5AFAF1C67F00,0,192.0.2.25:25,203.0.113.77:50122,+,,',
      '2025-03-04T09:00:00.112Z,EDGE7\\Default internal receive connector EDGE7,08DD5AFAF1C67F00,1,192.0.2.25:25,203.0.113.77:50122,*,SMTPSubmit AcceptRoutingHeaders,Set Session Permissions',
      '2025-03-04T09:00:00.113Z,EDGE7\\Default internal receive connector EDGE7,08DD5AFAF1C67F00,2,192.0.2.25:25,203.0.113.77:50122,>,"220 edge7.tailwind.example ready at Tue, 4 Mar 2025 10:00:00 +0100",',
      '2025-03-04T09:00:00.113Z,EDGE7\\Default internal receive connector EDGE7,08DD5AFAF1C67F00,3,192.0.2.25:25,203.0.113.77:50122,<,EHLO mx.lucerne.example,',
      '2025-03-04T09:00:00.113Z,EDGE7\\Default internal receive connector EDGE7,08DD5AFAF1C67F00,4,192.0.2.25:25,203.0.113.77:50122,-,,Remote',
      '',
    ].join('\r\n'),
  )
})

test('numbers each session by itself and writes IPv6 in brackets', async () => {
  const { disk, log } = setUp('Send')
  const options = {
    connectorId: 'To Internet, backup',
    local: { address: '2001:db8::1', port: 40000 },
    remote: { address: '2001:db8::25', port: 25 },
    verbose: true,
  }
  const first = log.session(options)
  const second = log.session(options)
  first.record('+', '')
  second.record('+', '')
  first.record('<', 'QUIT\r\nnot a record')
  await log.close()
  expect(disk.names).toEqual(['SEND2025030409-1.LOG'])
  expect(disk.records('SEND2025030409-1.LOG')).toEqual([
    `2025-03-04T09:00:00.112Z,"To Internet, backup",${first.id},0,[2001:db8::1]:40000,[2001:db8::25]:25,+,,`,
    `2025-03-04T09:00:00.112Z,"To Internet, backup",${second.id},0,[2001:db8::1]:40000,[2001:db8::25]:25,+,,`,
    `2025-03-04T09:00:00.112Z,"To Internet, backup",${first.id},1,[2001:db8::1]:40000,[2001:db8::25]:25,<,QUIT  not a record,`,
  ])
})

test('gives a session of a silent connector an id and writes nothing', async () => {
  const { disk, log } = setUp('Receive')
  const session = log.session({ ...receiving, verbose: false })
  session.record('+', '')
  await log.close()
  expect(session.id).toMatch(/^[0-9A-F]{16}$/)
  expect(disk.files.size).toBe(0)
})
