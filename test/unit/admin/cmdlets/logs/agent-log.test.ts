import { expect, test } from 'vitest'
import { type AgentLogs, agentLogCmdlets } from '../../../../../src/admin/cmdlets/logs/agent-log.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import type { AgentLogRecord } from '../../../../../src/logs/agent-log.ts'
import type { AgentLogSearch } from '../../../../../src/logs/agent-log-reader.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'

const record: AgentLogRecord = {
  time: Date.parse('2026-11-21T06:00:00Z'),
  sessionId: '08DE0A110000A001',
  localEndpoint: '192.0.2.1:25',
  remoteEndpoint: '198.51.100.7:4711',
  enteredOrgFromIp: '198.51.100.7',
  messageId: '<a1@fabrikam.example>',
  p1FromAddress: 'ann@fabrikam.example',
  p2FromAddresses: ['ann@fabrikam.example'],
  recipients: ['chris@contoso.example'],
  agent: 'Word Filter',
  event: 'OnEndOfData',
  action: 'RejectMessage',
  smtpResponse: '550 5.7.1 not here',
  reason: 'refused',
  reasonData: '',
  diagnostics: '',
  networkMessageId: '',
  directionality: 'Incoming',
}

async function run(line: string, place?: { readonly folder: string | undefined }) {
  const searches: AgentLogSearch[] = []
  const logs: AgentLogs = {
    folder: () => Promise.resolve(place === undefined ? '/logs' : place.folder),
    // eslint-disable-next-line @typescript-eslint/require-await -- as the reader gives them
    async *search(search) {
      searches.push(search)
      yield record
    },
  }
  const cmdlets = [...builtInCmdlets(), ...agentLogCmdlets(logs)]
  const shell = new Shell({ cmdlets, clock: new FakeClock('2026-11-21T07:00:00Z') })
  const host = new RecordingHost({ width: 120 })
  await shell.runLine(line, { host })
  return { out: host.out, errors: host.errors.replaceAll(/\s+/g, ' '), searches }
}

test("shows Exchange's properties of each record", async () => {
  const { out } = await run('Get-AgentLog | Format-List')
  const lines = out
    .trim()
    .split('\n')
    .map((line) => line.split(':')[0]?.trim())
  expect(lines).toEqual([
    ...['Timestamp', 'SessionId', 'IPAddress', 'MessageId', 'P1FromAddress', 'P2FromAddresses'],
    ...['Recipients', 'Agent', 'Event', 'Action', 'SmtpResponse', 'Reason', 'ReasonData'],
    ...['Diagnostics', 'NetworkMsgID', 'TenantID', 'Directionality'],
  ])
  expect(out).toContain('198.51.100.7')
})

test('asks for the time and the folder that are given', async () => {
  const { searches } = await run(
    "Get-AgentLog -StartDate '2026-11-21T06:00:00Z' -EndDate '2026-11-21T06:30:00Z' -Location /copied -TransportService edge",
  )
  expect(searches).toMatchObject([
    {
      folder: '/copied',
      start: Date.parse('2026-11-21T06:00:00Z'),
      end: Date.parse('2026-11-21T06:30:00Z'),
    },
  ])
})

test('says so when there is no log, and that other services have no agents', async () => {
  const off = await run('Get-AgentLog', { folder: undefined })
  expect(off.errors).toContain('AgentLogPath of the service is $null')
  const { errors } = await run('Get-AgentLog -TransportService MailboxDelivery')
  expect(errors).toContain(
    'There are no mailboxes: transport agents run in Hub, Edge and FrontEnd.',
  )
})
