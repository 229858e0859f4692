import type { Live } from '../base/live.ts'
import { type AgentLog, type AgentLogEntry, agentLogFields } from './agent-log.ts'
import { csvField } from './csv-field.ts'
import { CsvLogWriter } from './csv-log-writer.ts'
import {
  type AgentLogSettings,
  type ServiceLogPlace,
  agentLogFiles,
  agentLogPrefix,
} from './log-folders.ts'
import type { LogMeans } from './rolling-csv-log.ts'
import { addressList } from './tracking-list.ts'

export interface AgentLogOptions extends ServiceLogPlace, LogMeans {
  readonly settings: Live<AgentLogSettings>
}

/** A service's agent log on disk; its files roll each day. */
export class AgentLogWriter extends CsvLogWriter implements AgentLog {
  constructor({ settings, service, dataFolder, ...means }: AgentLogOptions) {
    super({
      logType: 'Agent Log',
      fields: agentLogFields,
      prefix: agentLogPrefix,
      period: 'day',
      settings: agentLogFiles(settings, { service, dataFolder }),
      ...means,
    })
  }

  record(entry: AgentLogEntry): void {
    this.log.append(agentLogLine(this.time.now(), entry))
  }
}

function agentLogLine(time: string, entry: AgentLogEntry): string {
  const fields = [
    time,
    entry.sessionId,
    entry.localEndpoint,
    entry.remoteEndpoint,
    entry.enteredOrgFromIp,
    csvField(entry.messageId),
    csvField(entry.p1FromAddress),
    csvField(addressList(entry.p2FromAddresses)),
    csvField(addressList(entry.recipients)),
    entry.recipients.length,
    csvField(entry.agent),
    entry.event,
    entry.action,
    csvField(entry.smtpResponse),
    csvField(entry.reason),
    csvField(entry.reasonData),
    csvField(entry.diagnostics),
    entry.networkMessageId,
    '',
    entry.directionality,
  ]
  return `${fields.join(',')}\r\n`
}
