import { type AgentLogRecord, agentLogFields } from './agent-log.ts'
import { type CsvLogSearch, readCsvLogs } from './csv-log-reader.ts'
import { csvValues } from './csv-field.ts'
import { agentLogPrefix } from './log-folders.ts'
import { addressesOf } from './tracking-list.ts'

/** Which records of an agent log. */
export interface AgentLogSearch extends Omit<CsvLogSearch<never>, 'places'> {
  readonly folder: string
}

/** The records of an agent log by their time, read as they are asked for. */
export async function* readAgentLog({
  folder,
  ...search
}: AgentLogSearch): AsyncGenerator<AgentLogRecord, void> {
  const places = [{ folder, prefix: agentLogPrefix }]
  for await (const { record } of readCsvLogs({ ...search, places, parse: parseAgentLogLine }))
    yield record
}

/** Reads a line of an agent log; undefined for a line of the header, and for one that is cut off. */
export function parseAgentLogLine(line: string): AgentLogRecord | undefined {
  if (line.startsWith('#')) return undefined
  const values = csvValues(line)
  if (values.length !== agentLogFields.length) return undefined
  const value = (field: (typeof agentLogFields)[number]) =>
    values[agentLogFields.indexOf(field)] ?? ''
  const time = Date.parse(value('Timestamp'))
  if (Number.isNaN(time)) return undefined
  return {
    time,
    sessionId: value('SessionId'),
    localEndpoint: value('LocalEndpoint'),
    remoteEndpoint: value('RemoteEndpoint'),
    enteredOrgFromIp: value('EnteredOrgFromIP'),
    messageId: value('MessageId'),
    p1FromAddress: value('P1FromAddress'),
    p2FromAddresses: addressesOf(value('P2FromAddresses')),
    recipients: addressesOf(value('Recipient')),
    agent: value('Agent'),
    event: value('Event'),
    action: value('Action'),
    smtpResponse: value('SmtpResponse'),
    reason: value('Reason'),
    reasonData: value('ReasonData'),
    diagnostics: value('Diagnostics'),
    networkMessageId: value('NetworkMsgID'),
    directionality: value('Directionality'),
  }
}
