import type { CopyTest } from '../../../queue/copy-test.ts'
import type { MessageView } from '../../../queue/scheduler/queue-views.ts'
import {
  type Cmdlet,
  type CmdletContext,
  defineCmdlet,
  parameter,
  refused,
} from '../../shell/cmdlet.ts'
import { type Filter, filter } from '../../shell/filter.ts'
import { refuseTogether } from '../../shell/parameter-sets.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { flag, identityAmong, switchParameter } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject } from '../../values/value.ts'
import {
  filteredMessages,
  messageObject,
  messageProperties,
  queueType,
  sortableMessages,
} from './queue-objects.ts'
import {
  type MeantMessages,
  boundTests,
  filterSelection,
  messageNamed,
  messagesIn,
  notFound,
} from './queue-selection.ts'
import type { MessageAction, QueueServer } from './queue-server.ts'
import { redirectMessage } from './message-redirect.ts'
import { pageOf, pagingParameters } from './page.ts'
import { tellSilent } from './queue-answers.ts'
import type { SortedProperty } from './sort-order.ts'
import type { SearchSource } from './sorted-search.ts'
import { requireThisServer, serverParameter } from '../configuration/this-server.ts'

/** Messages that are changed in one request. */
const changedTogether = 200

const messageIdentity = parameter(identityAmong('Get-Message', 'Identity'), {
  help: 'The message: Server\\Queue\\Number, Queue\\Number, or Number for all its copies.',
  position: 0,
  pipeline: 'both',
})
const messageFilter = parameter(filter(filteredMessages), {
  help: 'A condition that the messages fulfil.',
})
/** A queue by its identity, or as Get-Queue puts it out. */
const queueIdentity: ParameterType<string> = {
  ...identityAmong('Get-Queue', 'Identity', 'NextHopDomain'),
  takesObjects: [queueType],
}

const meant = { Identity: messageIdentity, Filter: messageFilter, Server: serverParameter }

/** Get-, Suspend-, Resume-, Remove- and Redirect-Message. */
export function messageCmdlets(server: QueueServer): readonly Cmdlet[] {
  return [
    getMessage(server),
    suspendMessage(server),
    resumeMessage(server),
    removeMessage(server),
    redirectMessage(server),
  ]
}

function getMessage(server: QueueServer): Cmdlet {
  return defineCmdlet({
    name: 'Get-Message',
    synopsis: 'Shows messages in the queues.',
    parameters: {
      ...meant,
      Queue: parameter(queueIdentity, { help: 'The messages of this queue.', pipeline: 'value' }),
      IncludeRecipientInfo: parameter(switchParameter, {
        help: 'Show the recipients with what is known of each.',
      }),
      IncludeComponentLatencyInfo: refused('latencies are not kept by component.'),
      ...pagingParameters(sortableMessages),
    },
    outputs: messageProperties,
    examples: [
      { code: 'Get-Message -Queue EDGE01\\3', text: 'The messages of one queue.' },
      {
        code: "Get-Queue -Filter {Status -eq 'Retry'} | Get-Message",
        text: 'The messages of all queues that wait for their next hop.',
      },
      {
        code: 'Get-Message -Filter {FromAddress -like "*@contoso.com"} -ResultSize Unlimited',
        text: 'All messages from one domain.',
      },
      {
        code: 'Get-Message EDGE01\\3\\17 -IncludeRecipientInfo | Format-List',
        text: 'Everything about one message.',
      },
      {
        code: 'Get-Message -SortOrder:-Size -ResultSize 10',
        text: 'The ten largest messages.',
      },
    ],
    async *run({ given }, context) {
      const recipients = given.IncludeRecipientInfo === true
      const options = { now: now(context), recipients }
      const source: SearchSource<MessageView> = {
        results: (bounds) => {
          const narrow = () => boundTests(given.SortOrder?.[0], bounds())
          return selected(server, given, {
            context,
            narrow,
            newestFirst: isNewestFirst(given.SortOrder),
          })
        },
        object: (view) => messageObject(view, options),
      }
      for await (const found of pageOf(source, given, context)) {
        yield found instanceof ShellObject ? found : source.object(found)
      }
    },
  })
}

/** The bounds of a page narrow at once when the first messages found are those of the page. */
function isNewestFirst([first]: readonly SortedProperty[] = []): boolean {
  return first?.descending === true && ['DateReceived', 'Identity'].includes(first.property)
}

function suspendMessage(server: QueueServer): Cmdlet {
  return defineCmdlet({
    name: 'Suspend-Message',
    synopsis: 'Keeps messages from being delivered, until Resume-Message.',
    description:
      'A message in transmission is PendingSuspend: it may still be delivered, and is suspended if not. A suspended message does not expire.',
    parameters: meant,
    confirms: 'on-request',
    examples: [
      { code: 'Suspend-Message EDGE01\\3\\17', text: 'One message.' },
      {
        code: 'Suspend-Message -Filter {FromAddress -eq "ana@contoso.com"}',
        text: 'All messages of one sender.',
      },
    ],
    async *run({ given }, context) {
      await change(server, given, {
        ...{ context, action: 'suspend', doing: 'Suspending' },
        applies: ({ Status }) => Status !== 'Suspended',
      })
      yield* []
    },
  })
}

function resumeMessage(server: QueueServer): Cmdlet {
  return defineCmdlet({
    name: 'Resume-Message',
    synopsis: 'Lets suspended messages be delivered; they are due at once.',
    parameters: meant,
    confirms: 'on-request',
    examples: [
      { code: `Resume-Message -Filter {Status -eq 'Suspended'}`, text: 'All that are suspended.' },
    ],
    async *run({ given }, context) {
      await change(server, given, {
        ...{ context, action: 'resume', doing: 'Resuming' },
        applies: ({ Status }) => Status === 'Suspended' || Status === 'PendingSuspend',
      })
      yield* []
    },
  })
}

function removeMessage(server: QueueServer): Cmdlet {
  return defineCmdlet({
    name: 'Remove-Message',
    synopsis: 'Removes messages from the queues, with or without telling their senders.',
    description:
      'A message in transmission is PendingRemove: what is delivered then is delivered, the rest is removed. A notification never leads to another one.',
    parameters: {
      ...meant,
      WithNDR: parameter(flag, {
        help: 'Send a non-delivery report to the sender.',
        defaultText: '$true',
      }),
    },
    confirms: 'always',
    examples: [
      {
        code: 'Remove-Message EDGE01\\3\\17 -WithNDR $false',
        text: 'One message; nobody hears of it.',
      },
      {
        code: 'Remove-Message -Filter {Subject -eq "Win Big"} -WithNDR $false -Confirm:$false',
        text: 'All messages with a subject, without being asked.',
      },
    ],
    async *run({ given }, context) {
      const withNotice = given.WithNDR ?? true
      await change(server, given, {
        ...{ context, action: withNotice ? 'removeWithNotice' : 'remove' },
        doing: withNotice ? 'Removing with NDR' : 'Removing',
        applies: () => true,
      })
      yield* []
    },
  })
}

interface Meant {
  readonly Identity?: string
  readonly Filter?: Filter
  readonly Queue?: string
  readonly Server?: string
}

interface Change {
  readonly context: CmdletContext
  readonly action: MessageAction
  /** The beginning of the sentence that is confirmed: `Suspending`. */
  readonly doing: string
  /** Whether there is anything to do for a message. */
  readonly applies: (view: MessageView) => boolean
}

async function change(server: QueueServer, given: Meant, wanted: Change): Promise<void> {
  const { context, action, doing, applies } = wanted
  if (given.Identity === undefined && given.Filter === undefined) {
    throw new ShellError('Say which messages: give -Identity or -Filter.', {
      ...{ id: 'MissingIdentity', category: 'InvalidArgument' },
    })
  }
  // A filter's messages are one decision: a question for each of a million would be none.
  const sentence = `${doing} the messages for which {${given.Filter?.source ?? ''}} holds.`
  if (given.Filter !== undefined && !(await context.confirmChange(sentence))) return
  let batch: MessageView[] = []
  const flush = async () => {
    if (batch.length > 0)
      await server.changeMessages(
        batch.map(({ place }) => place),
        action,
      )
    batch = []
  }
  for await (const view of selected(server, given, { context })) {
    if (!applies(view) || !mayChange(view, given, context)) continue
    if (
      given.Filter === undefined &&
      !(await context.confirmChange(`${doing} message "${view.Identity}".`))
    )
      continue
    batch.push(view)
    if (batch.length >= changedTogether) await flush()
  }
  await flush()
}

/** Submission is the categorizer's, in Exchange as well, but for what an agent has held there. */
function mayChange(
  { Identity, Queue, Status }: MessageView,
  given: Meant,
  context: CmdletContext,
): boolean {
  if (Status === 'Suspended' || !/\\Submission$/i.test(Queue)) return true
  const error = new ShellError(
    `The message '${Identity}' is in the Submission queue, where messages cannot be changed.`,
    { id: 'InvalidOperationException', category: 'InvalidOperation', target: Identity },
  )
  if (given.Identity !== undefined) throw error
  context.writeError(error)
  return false
}

interface Search {
  readonly context: CmdletContext
  readonly narrow?: () => readonly CopyTest[]
  /** Those that come last are wanted first. */
  readonly newestFirst?: boolean
}

/** The messages that are meant. One that is named must be there. */
async function* selected(
  server: QueueServer,
  given: Meant,
  { context, narrow, newestFirst = false }: Search,
): AsyncGenerator<MessageView> {
  refuseTogether(given, ['Identity', 'Filter', 'Queue'])
  const { Identity, Filter } = given
  if (given.Server !== undefined) requireThisServer(given.Server, await server.server())
  const { selection, includes } = await meaningOf(server, given)
  const options = { now: now(context), recipients: true }
  let found = false
  const ordered = newestFirst ? { ...selection, newestFirst } : selection
  for await (const view of server.messages(ordered, tellSilent(context), narrow)) {
    if (context.signal.aborted) return
    if (!includes(view) || Filter?.matches(messageObject(view, options)) === false) continue
    found = true
    yield view
  }
  if (!found && Identity !== undefined) throw notFound('message', Identity)
}

async function meaningOf(server: QueueServer, given: Meant): Promise<MeantMessages> {
  const { Identity, Filter, Queue } = given
  if (Identity !== undefined) return await messageNamed(server, Identity)
  if (Queue !== undefined) return await messagesIn(server, Queue)
  const selection = Filter === undefined ? {} : filterSelection(Filter, await server.names())
  return { selection, includes: () => true }
}

const now = ({ clock }: CmdletContext) => new Date(clock.now())
