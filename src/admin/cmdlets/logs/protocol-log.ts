import type { Milliseconds } from '../../../base/time-span.ts'
import type { ProtocolLogRecord } from '../../../logs/protocol-log-record.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, type Given, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { dateTime, oneOf, switchParameter, text, textPart } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'
import { wildcard } from '../../../base/wildcard.ts'
import { followParameter, isFollowing } from './follow.ts'
import { limitedResults, resultSize } from '../queues/result-size.ts'
import { requireTimeRange } from './time-range.ts'

export type ProtocolLogService = 'Transport' | 'FrontendTransport'

/** Which records of which logs. */
export interface ProtocolLogSearch {
  readonly service: ProtocolLogService | undefined
  readonly direction: 'Receive' | 'Send' | undefined
  readonly start: Milliseconds | undefined
  readonly end: Milliseconds | undefined
  /** What stands in each wanted line. */
  readonly text: string | undefined
  /** Not what is there, but what is written from now on, until the signal. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

export interface FoundRecord extends ProtocolLogRecord {
  readonly service: ProtocolLogService
  readonly direction: 'Receive' | 'Send'
  /** Of a session between the services of this server. */
  readonly internal: boolean
}

/** The protocol logs of this server. */
export interface ProtocolLogs {
  /** Records by their time. */
  search(search: ProtocolLogSearch): AsyncIterable<FoundRecord>
}

const view = tableView('DateTime', 'SessionId', { property: 'Event', title: 'E' }, 'Text')

const parameters = {
  SessionId: parameter(text, {
    help: 'The session, as it stands in the log and in the headers of proxied mail.',
    position: 0,
    pipeline: 'property',
  }),
  Address: parameter(textPart, {
    help: 'A text in what was said, such as an e-mail address or a part of it; also in the context.',
    aliases: ['Data'],
  }),
  Connector: parameter(text, {
    help: 'The connector, with or without the server before it.',
    wildcards: true,
    aliases: ['ConnectorId'],
  }),
  Endpoint: parameter(text, {
    help: 'Either end of the connection: an IP address, with or without its port.',
    wildcards: true,
  }),
  Event: parameter(oneOf(['+', '-', '>', '<', '*']), {
    help: 'Connect (+), disconnect (-), sent (>), received (<), or information (*).',
  }),
  Start: parameter(dateTime, { help: 'Records of this time and later.' }),
  End: parameter(dateTime, { help: 'Records before this time.' }),
  Direction: parameter(oneOf(['Receive', 'Send']), { help: 'One of the two logs of a service.' }),
  Service: parameter(oneOf(['Transport', 'FrontendTransport']), {
    help: 'The logs of one service.',
  }),
  WholeSession: parameter(switchParameter, {
    help: 'Shows every record of the sessions in which one was found.',
  }),
  IncludeInternal: parameter(switchParameter, {
    help: 'Shows the sessions between the services of this server as well. They are left out, for what a client says is handed over in one; not where a session, a connector or a service is asked for.',
  }),
  Follow: followParameter,
  ResultSize: resultSize,
}

/** `Get-ProtocolLog`. */
export function protocolLogCmdlets(logs: ProtocolLogs): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-ProtocolLog',
      synopsis: 'Searches the protocol logs: what was said in SMTP sessions.',
      description:
        'Sessions are logged by connectors whose ProtocolLoggingLevel is Verbose. All files that the retention has left are searched.',
      parameters,
      outputs: [
        ...[
          'DateTime',
          'SessionId',
          'SequenceNumber',
          'Event',
          'Data',
          'Context',
          'Text',
          'ConnectorId',
        ],
        ...['LocalEndpoint', 'RemoteEndpoint', 'Service', 'Direction', 'IsInternal'],
      ],
      examples: [
        {
          code: 'Get-ProtocolLog -Address bob@contoso.com -Start (Get-Date).AddHours(-1) -WholeSession',
          text: 'The sessions of the last hour that spoke of this address.',
        },
        {
          code: 'Get-ProtocolLog 08DE0A110000A001 | Format-Table SequenceNumber,Event,Data -Wrap',
          text: 'One session.',
        },
        { code: 'Get-ProtocolLog -Follow', text: 'What is said, as it is said, until Ctrl-C.' },
        {
          code: "Get-ProtocolLog -Connector 'To Internet' -Event '<' | where Data -like '5*'",
          text: 'The refusals that came back over a Send connector.',
        },
      ],
      async *run({ given }, context) {
        const follow = isFollowing(given)
        const found = search(logs, given, { follow, signal: context.signal })
        const size = given.ResultSize ?? (follow ? Infinity : undefined)
        for await (const record of limitedResults(found, size, context)) {
          yield recordObject(record)
        }
      },
    }),
  ]
}

type GivenSearch = Given<typeof parameters>

function search(
  logs: ProtocolLogs,
  given: GivenSearch,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncIterable<FoundRecord> {
  const { Start, End } = given
  requireTimeRange(given, ['Start', 'End'])
  const limits = {
    service: given.Service,
    direction: given.Direction,
    start: Start?.getTime(),
    end: End?.getTime(),
    ...{ follow, signal },
  }
  const found = matching(logs.search({ ...limits, text: rarestText(given) }), given)
  if (given.WholeSession !== true) return found
  return wholeSessions(found, () => logs.search({ ...limits, text: undefined }))
}

/** A text that every wanted line holds; a session's id is the rarest. */
const rarestText = ({ SessionId, Address }: GivenSearch) => SessionId ?? Address

async function* matching(
  records: AsyncIterable<FoundRecord>,
  given: GivenSearch,
): AsyncGenerator<FoundRecord, void> {
  const { SessionId, Event } = given
  const named = SessionId ?? given.Connector ?? given.Service
  const internal = named !== undefined || given.IncludeInternal === true
  const address = given.Address?.toLowerCase()
  const connector = given.Connector === undefined ? undefined : wildcard(given.Connector)
  const endpoint = given.Endpoint === undefined ? undefined : wildcard(given.Endpoint)
  for await (const record of records) {
    if (record.internal && !internal) continue
    if (SessionId !== undefined && !same(SessionId, record.sessionId)) continue
    if (Event !== undefined && Event !== record.event) continue
    if (address !== undefined && !spokenIn(record).includes(address)) continue
    if (connector !== undefined && !namesOf(record.connectorId).some(connector)) continue
    const ends = [record.localEndpoint, record.remoteEndpoint].flatMap(endpointForms)
    if (endpoint !== undefined && !ends.some(endpoint)) continue
    yield record
  }
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

const spokenIn = ({ data, context }: FoundRecord) => `${data}\n${context}`.toLowerCase()

/** `EDGE01\Default` and `Default`. */
const namesOf = (connectorId: string) => [connectorId, connectorId.replace(/^[^\\]*\\/, '')]

/** `192.0.2.1:25` and `192.0.2.1`; `[::1]:25`, `[::1]` and `::1`. */
function endpointForms(endpoint: string): string[] {
  const address = endpoint.replace(/:\d+$/, '')
  return [endpoint, address, address.replace(/^\[|\]$/g, '')]
}

/** Every record of the sessions that the found ones belong to; only their ids are held. */
async function* wholeSessions(
  found: AsyncIterable<FoundRecord>,
  all: () => AsyncIterable<FoundRecord>,
): AsyncGenerator<FoundRecord, void> {
  const ids = new Set<string>()
  for await (const { sessionId } of found) ids.add(sessionId)
  if (ids.size === 0) return
  for await (const record of all()) if (ids.has(record.sessionId)) yield record
}

function recordObject(record: FoundRecord): ShellObject {
  return new ShellObject({
    type: 'ProtocolLogRecord',
    view,
    properties: {
      DateTime: new Date(record.time),
      SessionId: record.sessionId,
      SequenceNumber: record.sequenceNumber,
      Event: record.event,
      Data: record.data,
      Context: record.context,
      // What there is to read on one line: information stands in either of the two.
      Text: [record.data, record.context].filter((part) => part !== '').join('  '),
      ConnectorId: record.connectorId,
      LocalEndpoint: record.localEndpoint,
      RemoteEndpoint: record.remoteEndpoint,
      Service: record.service,
      Direction: record.direction,
      IsInternal: record.internal,
    },
  })
}
