import type { AdminAuditQuery, AdminAuditRecord } from '../../../logs/admin-audit-reader.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, type Given, defineCmdlet, parameter, refused } from '../../shell/cmdlet.ts'
import { requireWith } from '../../shell/parameter-sets.ts'
import { dateTime, flag, list, text, wholeNumber } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'
import { wildcard } from '../../../base/wildcard.ts'
import { type AuditArgument, auditArguments } from '../configuration/audit-text.ts'
import type { ServerFacts, ServerInquiry } from '../configuration/exchange-server.ts'
import { limitedResults, resultSize } from '../queues/result-size.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { requireTimeRange } from './time-range.ts'

/** The admin audit log of this server. */
export interface AuditLogs {
  /** The youngest records first. */
  search(query: Omit<AdminAuditQuery, 'dataFolder'>): AsyncIterable<AdminAuditRecord>
}

const view = tableView('RunDate', 'Caller', 'CmdletName', 'ObjectModified', 'Succeeded')

const parameters = {
  Cmdlets: parameter(list(text), { help: 'One of these commands was run.', wildcards: true }),
  Parameters: parameter(list(text), {
    help: 'One of these was given to a command of -Cmdlets; without their hyphens.',
    wildcards: true,
  }),
  StartDate: parameter(dateTime, { help: 'Records of this time and later.' }),
  EndDate: parameter(dateTime, { help: 'Records before this time.' }),
  ObjectIds: parameter(list(text), {
    help: 'One of these was changed, with or without the server before it.',
    wildcards: true,
  }),
  UserIds: parameter(list(text), {
    help: 'One of these accounts ran the command.',
    wildcards: true,
  }),
  IsSuccess: parameter(flag, { help: '$true: what was done. $false: what failed.' }),
  StartIndex: parameter(wholeNumber(0), {
    help: 'How many results to pass over.',
    defaultText: '0',
  }),
  ResultSize: resultSize,
  ExternalAccess: refused('there are no administrators of another organisation.'),
  ...directoryParameters,
}

/** `Search-AdminAuditLog`. */
export function auditLogCmdlets(logs: AuditLogs, server: ServerInquiry): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Search-AdminAuditLog',
      synopsis: 'Searches the admin audit log: who changed what, the latest first.',
      description: 'Every command that changes the configuration is recorded, also when it fails.',
      parameters,
      outputs: [
        ...['ObjectModified', 'CmdletName', 'CmdletParameters', 'Caller', 'Succeeded', 'Error'],
        ...['RunDate', 'OriginatingServer', 'Identity'],
      ],
      examples: [
        {
          code: 'Search-AdminAuditLog -StartDate (Get-Date).AddDays(-1)',
          text: 'The changes of the last day.',
        },
        {
          code: 'Search-AdminAuditLog -Cmdlets Set-ReceiveConnector -Parameters RemoteIPRanges,PermissionGroups',
          text: 'Who changed whom the Receive connectors trust.',
        },
        {
          code: 'Search-AdminAuditLog -IsSuccess $false | Format-List RunDate,CmdletName,Error',
          text: 'What was refused, and why.',
        },
      ],
      async *run({ given }, context) {
        requireWith(given, 'Parameters', 'Cmdlets')
        requireTimeRange(given, ['StartDate', 'EndDate'])
        const facts = await server.facts()
        const found = matching(
          logs.search({
            start: given.StartDate?.getTime(),
            end: given.EndDate?.getTime(),
            signal: context.signal,
          }),
          given,
        )
        for await (const event of limitedResults(found, given.ResultSize, context)) {
          yield eventObject(event, facts)
        }
      },
    }),
  ]
}

interface AuditEvent extends AdminAuditRecord {
  readonly arguments: readonly AuditArgument[]
}

async function* matching(
  records: AsyncIterable<AdminAuditRecord>,
  given: Given<typeof parameters>,
): AsyncGenerator<AuditEvent, void> {
  const isCmdlet = oneLike(given.Cmdlets)
  const isParameter = oneLike(given.Parameters)
  const isObject = oneLike(given.ObjectIds?.map(withoutServer))
  const isUser = oneLike(given.UserIds)
  const { IsSuccess: isSuccess, StartIndex: skipped = 0 } = given
  let passed = 0
  for await (const record of records) {
    const { cmdlet, object, user, error } = record
    if (!isCmdlet(cmdlet) || !isObject(withoutServer(object))) continue
    if (!isUser(user) || (isSuccess ?? error === undefined) !== (error === undefined)) continue
    const found = auditArguments(record.parameters)
    if (given.Parameters !== undefined && !isParameter(...found.map(({ name }) => name))) continue
    if (++passed > skipped) yield { ...record, arguments: found }
  }
}

/** `In` of `EDGE01\In`: the log has it as it was given. */
const withoutServer = (object: string) => object.replace(/^[^\\]*\\/, '')

/** Whether any of the texts is like any that is wanted; without wanted ones it is. */
function oneLike(wanted: readonly string[] | undefined): (...texts: readonly string[]) => boolean {
  const tests = wanted?.map((each) => wildcard(each))
  return (...texts) => tests?.some((test) => texts.some((text) => test(text))) ?? true
}

/** In Exchange's order. */
function eventObject(event: AuditEvent, { name, version }: ServerFacts): ShellObject {
  return new ShellObject({
    type: 'AdminAuditLogEvent',
    view,
    properties: {
      ObjectModified: event.object,
      CmdletName: event.cmdlet,
      CmdletParameters: event.arguments.map(argumentObject),
      Caller: event.user,
      Succeeded: event.error === undefined,
      Error: event.error ?? 'None',
      RunDate: new Date(event.time),
      OriginatingServer: `${name} (${version})`,
      Identity: event.place,
      IsValid: true,
    },
  })
}

const argumentObject = ({ name, value }: AuditArgument) =>
  new ShellObject({
    type: 'AdminAuditLogCmdletParameter',
    properties: { Name: name, Value: value },
  })
