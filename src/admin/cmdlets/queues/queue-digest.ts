import type { QueueView } from '../../../queue/scheduler/queue-views.ts'
import { isDeliveryQueue } from '../../../queue/queue-key.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../../shell/cmdlet.ts'
import { filter } from '../../shell/filter.ts'
import { list, oneOf, text, unlimited, wholeNumber } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'
import { isOfKinds, kindParameters } from './queue-kinds.ts'
import { filteredQueues, queueObject } from './queue-objects.ts'
import { filterTests } from './queue-tests.ts'
import type { QueueServer } from './queue-server.ts'
import { requireThisServer } from '../configuration/this-server.ts'
import { tellSilent } from './queue-answers.ts'

const groupings = [
  ...(['NextHopDomain', 'DeliveryType', 'LastError', 'NextHopCategory', 'NextHopKey'] as const),
  ...(['RiskLevel', 'Status', 'ServerName', 'OutboundIPPool'] as const),
] as const
type Grouping = (typeof groupings)[number]
const details = ['None', 'Normal', 'Verbose'] as const
type Details = (typeof details)[number]

/** Exchange's QueueLoggingThreshold: delivery queues with fewer messages are not worth a line. */
const leastMessages = 10

const digestView = tableView(
  { property: 'GroupByValue', maxWidth: 40 },
  ...['MessageCount', 'DeferredMessageCount', 'LockedMessageCount', 'StaleMessageCount', 'Details'],
)

const alone = 'an Edge Transport server knows its own queues only; give -Server.'

/** Get-QueueDigest. */
export function digestCmdlets(server: QueueServer): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-QueueDigest',
      synopsis: 'Sums the queues up by a property, the greatest first.',
      description:
        'Takes delivery queues with at least 10 messages; suspended ones, Submission and Unreachable from one message on. The figures are those of this moment.',
      parameters: {
        Server: parameter(list(text), { help: 'This server.', required: true }),
        Filter: parameter(filter(filteredQueues), { help: 'A condition on the queues.' }),
        ...kindParameters,
        GroupBy: parameter(oneOf(groupings, 'QueueDigestGroupBy'), {
          help: 'The property whose values make the rows.',
          defaultText: 'NextHopDomain',
        }),
        DetailsLevel: parameter(oneOf(details, 'DetailsLevel'), {
          help: 'How much is told of the queues of a row.',
          defaultText: 'Normal',
        }),
        ResultSize: parameter(unlimited(wholeNumber(1)), {
          help: 'The most rows.',
          defaultText: '1000',
        }),
        Dag: refused(alone),
        Site: refused(alone),
        Forest: refused(alone),
        Timeout: refused('the queues of this server are asked at once.'),
      },
      outputs: ['GroupByValue', 'MessageCount', 'DeferredMessageCount', 'Details'],
      examples: [
        { code: 'Get-QueueDigest -Server EDGE01', text: 'By the domain of the next hop.' },
        {
          code: 'Get-QueueDigest -Server EDGE01 -GroupBy LastError',
          text: 'What keeps the mail back.',
        },
      ],
      async *run({ given }, context) {
        const { Filter, GroupBy = 'NextHopDomain', DetailsLevel = 'Normal' } = given
        const own = await server.server()
        for (const name of given.Server) requireThisServer(name, own)
        const taken: QueueView[] = []
        const tests = Filter === undefined ? [] : filterTests(Filter)
        for await (const view of server.queues({ tests }, tellSilent(context))) {
          const isMeant = Filter?.matches(queueObject(view)) !== false && isOfKinds(view, given)
          if (isMeant && isWorthALine(view)) taken.push(view)
        }
        yield* digest(taken, { by: GroupBy, details: DetailsLevel }).slice(
          0,
          given.ResultSize ?? 1000,
        )
      },
    }),
  ]
}

function isWorthALine({ key, MessageCount, Status }: QueueView): boolean {
  const few = isDeliveryQueue(key) && Status !== 'Suspended' ? leastMessages : 1
  return MessageCount >= few
}

function digest(
  views: readonly QueueView[],
  { by, details }: { readonly by: Grouping; readonly details: Details },
): ShellObject[] {
  const groups = Map.groupBy(views, (view) => valueOf(view, by))
  const count = (group: readonly QueueView[]) =>
    group.reduce((sum, { MessageCount }) => sum + MessageCount, 0)
  return [...groups]
    .toSorted(([, a], [, b]) => count(b) - count(a))
    .map(
      ([value, group]) =>
        new ShellObject({
          type: 'QueueDigestPresentationObject',
          view: digestView,
          properties: {
            GroupByValue: value,
            MessageCount: count(group),
            DeferredMessageCount: group.reduce((sum, view) => sum + view.DeferredMessageCount, 0),
            LockedMessageCount: 0,
            StaleMessageCount: 0,
            Details: detailsOf(group, details),
          },
        }),
    )
}

function valueOf(view: QueueView, by: Grouping): string {
  switch (by) {
    case 'NextHopDomain':
    case 'DeliveryType':
    case 'LastError':
    case 'NextHopCategory':
    case 'Status':
      return view[by]
    case 'NextHopKey':
      return `${view.DeliveryType}:${view.NextHopDomain}:${view.NextHopConnector}`
    case 'RiskLevel':
      return 'Normal'
    case 'OutboundIPPool':
      return '0'
    case 'ServerName':
      return view.Identity.split('\\')[0] ?? ''
  }
}

function detailsOf(group: readonly QueueView[], level: Details): readonly string[] {
  if (level === 'None') return []
  return group.map((view) => {
    const line = `${view.Identity} ${view.MessageCount} ${view.Status}`
    return level === 'Verbose' ? `${line} ${view.LastError}`.trimEnd() : line
  })
}
