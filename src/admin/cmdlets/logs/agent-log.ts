import type { AgentLogRecord } from '../../../logs/agent-log.ts'
import type { AgentLogSearch } from '../../../logs/agent-log-reader.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { dateTime, text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
import { requireTimeRange } from './time-range.ts'
import { type AgentService, transportServiceParameter } from '../agents/transport-service.ts'

/** The agent log of this server. */
export interface AgentLogs {
  /** Where that of a service stands; undefined when it is switched off by its path. */
  folder(service: AgentService): Promise<string | undefined>
  /** Records by their time. */
  search(search: AgentLogSearch): AsyncIterable<AgentLogRecord>
}

const view = tableView('Timestamp', 'Agent', 'Event', 'Action', 'SmtpResponse')

const parameters = {
  StartDate: parameter(dateTime, { help: 'Records of this time and later.' }),
  EndDate: parameter(dateTime, { help: 'Records before this time.' }),
  Location: parameter(text, {
    help: 'The folder of another agent log, such as one that was copied from a server.',
  }),
  TransportService: transportServiceParameter,
}

/** `Get-AgentLog`. */
export function agentLogCmdlets(logs: AgentLogs): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-AgentLog',
      synopsis: 'Shows the agent log: what transport agents did to messages and sessions.',
      description:
        'AgentLogPath, AgentLogMaxAge and the others of Set-TransportService say where it stands and how long.',
      parameters,
      outputs: [
        ...['Timestamp', 'SessionId', 'IPAddress', 'MessageId', 'P1FromAddress', 'P2FromAddresses'],
        ...['Recipients', 'Agent', 'Event', 'Action', 'SmtpResponse', 'Reason', 'ReasonData'],
        ...['Diagnostics', 'NetworkMsgID', 'TenantID', 'Directionality'],
      ],
      examples: [
        {
          code: 'Get-AgentLog -StartDate (Get-Date).AddHours(-1)',
          text: 'What agents did in the last hour.',
        },
        {
          code: "Get-AgentLog | where Action -eq 'RejectMessage' | group Agent",
          text: 'How many messages each agent refused.',
        },
      ],
      async *run({ given }, { signal }) {
        requireTimeRange(given, ['StartDate', 'EndDate'])
        const folder = given.Location ?? (await logs.folder(given.TransportService ?? 'Transport'))
        if (folder === undefined) throw noLog()
        const { StartDate, EndDate } = given
        const limits = { start: StartDate?.getTime(), end: EndDate?.getTime() }
        for await (const record of logs.search({ folder, signal, ...limits })) {
          yield recordObject(record)
        }
      },
    }),
  ]
}

function noLog(): ShellError {
  return new ShellError(
    'There is no agent log: AgentLogPath of the service is $null. Set it, or name a folder with -Location.',
    { id: 'AgentLogNotConfigured', category: 'ResourceUnavailable' },
  )
}

/** In Exchange's order. */
function recordObject(record: AgentLogRecord): ShellObject {
  return new ShellObject({
    type: 'AgentLogEntry',
    view,
    properties: {
      Timestamp: new Date(record.time),
      SessionId: record.sessionId,
      IPAddress: record.enteredOrgFromIp,
      MessageId: record.messageId,
      P1FromAddress: record.p1FromAddress,
      P2FromAddresses: record.p2FromAddresses,
      Recipients: record.recipients,
      Agent: record.agent,
      Event: record.event,
      Action: record.action,
      SmtpResponse: record.smtpResponse,
      Reason: record.reason,
      ReasonData: record.reasonData,
      Diagnostics: record.diagnostics,
      NetworkMsgID: record.networkMessageId,
      TenantID: '',
      Directionality: record.directionality,
    },
  })
}
