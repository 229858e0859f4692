import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import type { AgentLogEntry } from '../../../src/logs/agent-log.ts'
import { parseAgentLogLine, readAgentLog } from '../../../src/logs/agent-log-reader.ts'
import { AgentLogWriter } from '../../../src/logs/agent-log-writer.ts'
import type { AgentLogSettings } from '../../../src/logs/log-folders.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeLogDisk } from '../../support/fake-log-disk.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const settings: AgentLogSettings = {
  AgentLogEnabled: true,
  AgentLogPath: '',
  AgentLogMaxAge: 0,
  AgentLogMaxDirectorySize: Infinity,
  AgentLogMaxFileSize: Infinity,
}

const refusal: AgentLogEntry = {
  sessionId: '08DE0A110000A001',
  localEndpoint: '192.0.2.1:25',
  remoteEndpoint: '198.51.100.7:4711',
  enteredOrgFromIp: '198.51.100.7',
  messageId: '<a,1@fabrikam.example>',
  p1FromAddress: 'ann@fabrikam.example',
  p2FromAddresses: ['"Ann; F"@fabrikam.example', 'bob@fabrikam.example'],
  recipients: ['chris@contoso.example', 'david@contoso.example'],
  agent: 'Word "Filter"',
  event: 'OnEndOfData',
  action: 'RejectMessage',
  smtpResponse: '550 5.7.1 not, here',
  reason: 'refused',
  reasonData: 'lottery',
  diagnostics: '',
  networkMessageId: '5d4c0f6e-0000-4000-8000-000000000001',
  directionality: 'Incoming',
}

function setUp(changes: Partial<AgentLogSettings> = {}) {
  const disk = new FakeLogDisk()
  const clock = new FakeClock('2026-10-01T23:10:00.010Z')
  const live = new LiveValue({ ...settings, ...changes })
  const place = { service: 'Edge', dataFolder: '/data' } as const
  const log = new AgentLogWriter({ settings: live, ...place, clock, disk, warn: () => undefined })
  return { disk, live, log }
}

test("writes what an agent did in Exchange's form", async () => {
  const { disk, log } = setUp()
  log.record(refusal)
  await log.close()
  expect(disk.files.get('/data/logs/Edge/AgentLog/AGENTLOG20261001-1.LOG')).toBe(
    [
      '#Software: Microsoft Exchange Server',
      '#Version: 15.02.0001.000',
      '#Log-type: Agent Log',
      '#Date: 2026-10-01T23:10:00.010Z',
      '#Fields: Timestamp,SessionId,LocalEndpoint,RemoteEndpoint,EnteredOrgFromIP,MessageId,P1FromAddress,P2FromAddresses,Recipient,NumRecipients,Agent,Event,Action,SmtpResponse,Reason,ReasonData,Diagnostics,NetworkMsgID,TenantID,Directionality',
      '2026-10-01T23:10:00.010Z,08DE0A110000A001,192.0.2.1:25,198.51.100.7:4711,198.51.100.7,"<a,1@fabrikam.example>",ann@fabrikam.example,"""Ann; F""@fabrikam.example;bob@fabrikam.example",chris@contoso.example;david@contoso.example,2,"Word ""Filter""",OnEndOfData,RejectMessage,"550 5.7.1 not, here",refused,lottery,,5d4c0f6e-0000-4000-8000-000000000001,,Incoming',
      '',
    ].join('\r\n'),
  )
})

test('an agent cannot begin a record of its own', async () => {
  const { disk, log } = setUp()
  log.record({ ...refusal, reason: 'one\r\n2026-10-01T00:00:00.000Z,forged' })
  await log.close()
  expect(disk.records('AGENTLOG20261001-1.LOG')).toHaveLength(1)
})

test('is written only while it is switched on', () => {
  const { live, log } = setUp({ AgentLogEnabled: false })
  expect(log.enabled).toBe(false)
  live.set(settings)
  expect(log.enabled).toBe(true)
  live.set({ ...settings, AgentLogPath: '$null' })
  expect(log.enabled).toBe(false)
})

test('what was written is read back, by its time', async () => {
  const { disk, log } = setUp()
  log.record(refusal)
  log.record({ ...refusal, p2FromAddresses: [], recipients: [] })
  await log.close()
  const folder = await tempFolder()
  for (const [path, text] of disk.files) {
    const copy = `${folder}${path}`
    await mkdir(dirname(copy), { recursive: true })
    await writeFile(copy, text)
  }
  const signal = new AbortController().signal
  const found = readAgentLog({ folder: `${folder}/data/logs/Edge/AgentLog`, signal })
  const time = Date.parse('2026-10-01T23:10:00.010Z')
  expect(await Array.fromAsync(found)).toEqual([
    { ...refusal, time },
    { ...refusal, time, p2FromAddresses: [], recipients: [] },
  ])
})

test('a line that is cut off is none', () => {
  expect(parseAgentLogLine('2026-10-01T23:10:00.010Z,08DE0A110000A001,192.0')).toBeUndefined()
  expect(parseAgentLogLine('#Fields: Timestamp')).toBeUndefined()
})
