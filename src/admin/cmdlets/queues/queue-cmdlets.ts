import type { QueueName, QueueView } from '../../../queue/scheduler/queue-views.ts'
import { isPoisonQueue, queueKeyText } from '../../../queue/queue-key.ts'
import { type Cmdlet, type CmdletContext, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { type Filter, filter } from '../../shell/filter.ts'
import { refuseTogether } from '../../shell/parameter-sets.ts'
import { flag, identityAmong } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
import { hasWildcards } from '../../../base/wildcard.ts'
import { isOfKinds, kindParameters } from './queue-kinds.ts'
import { filteredQueues, queueObject, queueProperties } from './queue-objects.ts'
import { isPersistentQueue, notFound, queueTest } from './queue-selection.ts'
import { testsOf } from './queue-tests.ts'
import type { OnSilent, QueueAction, QueueServer } from './queue-server.ts'
import { isPaged, pageOf, pagingParameters } from './page.ts'
import { tellSilent } from './queue-answers.ts'
import { usualResultSize } from './result-size.ts'
import { requireThisServer, serverParameter } from '../configuration/this-server.ts'

const meant = {
  Identity: parameter(identityAmong('Get-Queue', 'Identity', 'NextHopDomain'), {
    help: 'The queue: Server\\Queue or Queue, where Queue is a number, Submission, Unreachable, Poison, or the domain of the next hop.',
    position: 0,
    pipeline: 'both',
    wildcards: true,
  }),
  Filter: parameter(filter(filteredQueues), { help: 'A condition that the queues fulfil.' }),
  Server: serverParameter,
}

/** Get-, Suspend-, Resume- and Retry-Queue. */
export function queueCmdlets(server: QueueServer): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-Queue',
      synopsis: 'Shows the queues of the running Transport service.',
      parameters: {
        ...meant,
        ...kindParameters,
        ...pagingParameters(queueProperties),
      },
      outputs: queueProperties,
      examples: [
        { code: 'Get-Queue', text: 'All queues.' },
        {
          code: `Get-Queue -Filter {Status -eq 'Retry' -and MessageCount -gt 100} | Format-List`,
          text: 'Everything about the queues that wait for their next hop with many messages.',
        },
        {
          code: 'Get-Queue -Exclude Internal -SortOrder:-MessageCount -ResultSize 10',
          text: 'The ten longest queues that lead outside.',
        },
      ],
      async *run({ given }, context) {
        const { Include, Exclude, ResultSize = usualResultSize } = given
        // One more than is shown tells whether there are more.
        const all = Include === undefined && Exclude === undefined && !isPaged(given)
        const search = { context, mayBeHidden: true, ...(all && { atMost: ResultSize + 1 }) }
        const source = {
          results: () => chosen(selected(server, given, search), (view) => isOfKinds(view, given)),
          object: queueObject,
        }
        for await (const found of pageOf(source, given, context)) {
          yield found instanceof ShellObject ? found : queueObject(found)
        }
      },
    }),
    changing('Suspend', {
      synopsis: 'Stops delivery from queues; they go on taking messages.',
      description:
        'What is being transmitted ends; no message of the queue is tried after it, also after a restart, until Resume-Queue.',
      doing: 'Suspending',
    }),
    changing('Resume', {
      synopsis: 'Takes up delivery from suspended queues.',
      description: 'Messages that were suspended by themselves stay so.',
      doing: 'Resuming',
    }),
    retrying(server),
  ]

  function changing(
    verb: 'Suspend' | 'Resume',
    words: { readonly synopsis: string; readonly description: string; readonly doing: string },
  ): Cmdlet {
    const { doing, ...told } = words
    return defineCmdlet({
      ...told,
      name: `${verb}-Queue`,
      parameters: meant,
      confirms: 'on-request',
      examples: [
        { code: `${verb}-Queue EDGE01\\3`, text: 'One queue.' },
        {
          code: `${verb}-Queue -Filter {NextHopDomain -eq 'fabrikam.com'}`,
          text: 'The queues for one domain.',
        },
      ],
      async *run({ given }, context) {
        requireMeant(given)
        for await (const view of selected(server, given, { context })) {
          if (!mayBeSuspended(view, given, context)) continue
          if (!(await context.confirmChange(`${doing} queue "${view.Identity}".`))) continue
          const action: QueueAction = verb === 'Suspend' ? 'suspend' : 'resume'
          await server.changeQueue(view.key, action)
        }
        yield* []
      },
    })
  }
}

function retrying(server: QueueServer): Cmdlet {
  return defineCmdlet({
    name: 'Retry-Queue',
    synopsis: 'Tries what waits in queues now, or categorizes their messages anew.',
    parameters: {
      ...meant,
      Resubmit: parameter(flag, {
        help: 'Categorize the messages anew: for queues in Retry and for Unreachable. Suspended messages stay.',
        defaultText: '$false',
      }),
    },
    confirms: 'on-request',
    examples: [
      { code: `Retry-Queue -Filter {Status -eq 'Retry'}`, text: 'Try all next hops now.' },
      {
        code: 'Retry-Queue EDGE01\\Unreachable -Resubmit $true',
        text: 'Find a way again for what has none.',
      },
    ],
    async *run({ given }, context) {
      requireMeant(given)
      const resubmit = given.Resubmit === true
      for await (const view of selected(server, given, { context })) {
        const { Identity, Status, key } = view
        const doing = resubmit ? 'Resubmitting the messages of' : 'Retrying'
        if (!(await context.confirmChange(`${doing} queue "${Identity}".`))) continue
        if (await server.changeQueue(key, resubmit ? 'resubmit' : 'retry')) continue
        context.writeWarning(
          resubmit
            ? `Only queues in Retry, and Unreachable, are resubmitted; the status of "${Identity}" is ${Status}.`
            : `Only queues that lead to a next hop, have messages waiting and are not suspended are retried; the status of "${Identity}" is ${Status}.`,
        )
      }
      yield* []
    },
  })
}

interface Meant {
  readonly Identity?: string
  readonly Filter?: Filter
  readonly Server?: string
}

function requireMeant(given: Meant): void {
  if (given.Identity !== undefined || given.Filter !== undefined) return
  throw new ShellError('Say which queues: give -Identity or -Filter.', {
    ...{ id: 'MissingIdentity', category: 'InvalidArgument' },
  })
}

interface Search {
  readonly context: CmdletContext
  readonly atMost?: number
  /** A queue that is always there, but not shown while it is empty, is no error. */
  readonly mayBeHidden?: boolean
}

interface NamedSearch {
  readonly Identity: string
  readonly onSilent: OnSilent
  readonly mayBeHidden: boolean
}

/** The queues that are meant; a name without wildcards must be that of one. */
async function* selected(
  server: QueueServer,
  given: Meant,
  { context, atMost, mayBeHidden = false }: Search,
): AsyncGenerator<QueueView> {
  refuseTogether(given, ['Identity', 'Filter'])
  const { Identity, Filter, Server } = given
  const onSilent = tellSilent(context)
  if (Server !== undefined) requireThisServer(Server, await server.server())
  const tests = testsOf(given)
  const views = server.queues({ tests, ...(atMost !== undefined && { atMost }) }, onSilent)
  if (Filter !== undefined) yield* chosen(views, (view) => Filter.matches(queueObject(view)))
  else if (Identity === undefined) yield* views
  else yield* named(server, views, { Identity, onSilent, mayBeHidden })
}

async function* named(
  server: QueueServer,
  views: AsyncIterable<QueueView>,
  { Identity, onSilent, mayBeHidden }: NamedSearch,
): AsyncGenerator<QueueView> {
  const isMeant = await queueTest(server, Identity)
  let count = 0
  for await (const view of chosen(views, isMeant)) {
    count++
    yield view
  }
  if (count > 0) return
  for await (const view of behindOtherName(server, isMeant, onSilent)) {
    count++
    yield view
  }
  if (count > 0 || hasWildcards(Identity) || (mayBeHidden && isPersistentQueue(Identity))) return
  throw notFound('queue', Identity)
}

/** A queue that several workers have is shown by one of its names; the others hold as well. */
async function* behindOtherName(
  server: QueueServer,
  isMeant: (name: QueueName) => boolean,
  onSilent: OnSilent,
): AsyncGenerator<QueueView> {
  const keys = new Set((await server.names()).filter(isMeant).map(({ key }) => queueKeyText(key)))
  if (keys.size === 0) return
  yield* chosen(server.queues({}, onSilent), ({ key }) => keys.has(queueKeyText(key)))
}

async function* chosen<T>(
  values: AsyncIterable<T>,
  isWanted: (value: T) => boolean,
): AsyncGenerator<T> {
  for await (const value of values) if (isWanted(value)) yield value
}

/** Where all queues or those of a filter are meant, the others are not spared for its sake. */
function mayBeSuspended(
  { Identity, DeliveryType, key }: QueueView,
  given: Meant,
  context: CmdletContext,
): boolean {
  if (DeliveryType !== 'Undefined') return true
  const reason = isPoisonQueue(key)
    ? 'The Poison queue cannot be suspended: each of its messages is.'
    : 'The Submission queue cannot be suspended: messages are categorized as they are accepted, and only those that could not be wait there.'
  if (given.Identity === undefined || hasWildcards(given.Identity)) {
    context.writeWarning(`${reason} It is left out.`)
    return false
  }
  throw new ShellError(reason, {
    ...{ id: 'InvalidOperationException', category: 'InvalidOperation', target: Identity },
  })
}
