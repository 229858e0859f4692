import type { QueueName, QueueView } from '../../queue/queue-listing.ts'
import { queueKeyText } from '../../queue/queue-key.ts'
import { type Cmdlet, type CmdletContext, defineCmdlet, parameter } from '../shell/cmdlet.ts'
import { type Filter, filter } from '../shell/filter.ts'
import { refuseTogether } from '../shell/parameter-sets.ts'
import { flag, identity } from '../shell/parameter-types.ts'
import { ShellError } from '../shell/shell-error.ts'
import { ShellObject } from '../values/shell-object.ts'
import { hasWildcards } from '../values/wildcard.ts'
import { isOfKinds, kindParameters } from './queue-kinds.ts'
import { queueObject, queueProperties } from './queue-objects.ts'
import { checkServer, isPersistentQueue, notFound, queueTest } from './queue-selection.ts'
import type { QueueAction, QueueServer } from './queue-server.ts'
import { pageOf, pagingParameters } from './page.ts'
import { tellSilent } from './queue-answers.ts'
import { usualResultSize } from './result-size.ts'
import { serverParameter } from './this-server.ts'

const meant = {
  Identity: parameter(identity, {
    help: 'The queue: Server\\Queue or Queue, where Queue is a number, Submission, Unreachable, or the domain of the next hop.',
    position: 0,
    pipeline: 'both',
    wildcards: true,
  }),
  Filter: parameter(filter(queueProperties), { help: 'A condition that the queues fulfil.' }),
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
        const { ResultSize = usualResultSize } = given
        // One more than is shown tells whether there are more.
        const first = Object.keys(given).every((name) => name === 'ResultSize')
        const views = await selected(server, given, {
          context,
          limit: first ? ResultSize + 1 : Infinity,
          mayBeHidden: true,
        })
        const shown = views.filter((view) => isOfKinds(view, given))
        const source = { results: () => inTurn(shown), object: queueObject }
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
        for (const view of await selected(server, given, { context })) {
          refuseSubmission(view)
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
    synopsis: 'Tries the next hops of queues in Retry now, or categorizes their messages anew.',
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
      for (const view of await selected(server, given, { context })) {
        const { Identity, Status, key } = view
        const doing = resubmit ? 'Resubmitting the messages of' : 'Retrying'
        if (!(await context.confirmChange(`${doing} queue "${Identity}".`))) continue
        if (await server.changeQueue(key, resubmit ? 'resubmit' : 'retry')) continue
        const only = resubmit ? 'Only queues in Retry, and Unreachable,' : 'Only queues in Retry'
        const word = resubmit ? 'resubmitted' : 'retried'
        context.writeWarning(`${only} are ${word}; the status of "${Identity}" is ${Status}.`)
      }
      yield* []
    },
  })
}

// eslint-disable-next-line @typescript-eslint/require-await -- they have all come
async function* inTurn<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
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
  readonly limit?: number
  /** A queue that is always there, but not shown while it is empty, is no error. */
  readonly mayBeHidden?: boolean
}

/** The queues that are meant; a name without wildcards must be that of one. */
async function selected(
  server: QueueServer,
  given: Meant,
  { context, limit = Infinity, mayBeHidden = false }: Search,
): Promise<readonly QueueView[]> {
  refuseTogether(given, ['Identity', 'Filter'])
  const { Identity, Filter } = given
  const views = await server.queues(tellSilent(context), limit)
  checkServer(given.Server, views)
  if (Filter !== undefined) return views.filter((view) => Filter.matches(queueObject(view)))
  if (Identity === undefined) return views
  const isMeant: (name: QueueName) => boolean = queueTest(Identity)
  const named = views.filter(isMeant)
  const found = named.length > 0 ? named : await behindOtherName(server, views, isMeant)
  if (found.length > 0 || hasWildcards(Identity)) return found
  if (mayBeHidden && isPersistentQueue(Identity)) return found
  throw notFound('queue', Identity)
}

/** A queue that several workers have is shown by one of its names; the others hold as well. */
async function behindOtherName(
  server: QueueServer,
  views: readonly QueueView[],
  isMeant: (name: QueueName) => boolean,
): Promise<readonly QueueView[]> {
  const keys = new Set((await server.names()).filter(isMeant).map(({ key }) => queueKeyText(key)))
  return views.filter(({ key }) => keys.has(queueKeyText(key)))
}

function refuseSubmission({ Identity, DeliveryType }: QueueView): void {
  if (DeliveryType !== 'Undefined') return
  throw new ShellError(
    'The Submission queue cannot be suspended: messages are categorized as they are accepted, and only those that could not be wait there.',
    { id: 'InvalidOperationException', category: 'InvalidOperation', target: Identity },
  )
}
