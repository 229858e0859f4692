import { open } from 'node:fs/promises'
import type { MessageView } from '../../../queue/scheduler/queue-views.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { identityAmong, text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { ShellObject, type Value } from '../../values/value.ts'
import { messageNamed, notFound } from './queue-selection.ts'
import type { QueueServer } from './queue-server.ts'
import { tellSilent } from './queue-answers.ts'

const contentType = 'MessageContent'

/** Export-Message, which gives a message's content piece by piece, and Assemble-Message. */
export function exportCmdlets(server: QueueServer): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Export-Message',
      synopsis: 'Gives a suspended message with its envelope, to be written by Assemble-Message.',
      description:
        'Above the content, as it will be sent, stand X-headers with sender and recipients, so that the file can be put into the Replay folder of a server. It comes in pieces. The message stays in its queue.',
      parameters: {
        Identity: parameter(identityAmong('Get-Message', 'Identity'), {
          help: 'The message: Server\\Queue\\Number, Queue\\Number or Number.',
          position: 0,
          required: true,
          pipeline: 'both',
        }),
      },
      confirms: 'on-request',
      outputs: ['Identity', 'Index', 'Length', 'FileData'],
      examples: [
        {
          code: 'Export-Message EDGE01\\3\\17 | Assemble-Message -Path message.eml',
          text: 'One message into a file.',
        },
        {
          code: `Get-Message -Queue EDGE01\\3 | ForEach-Object {$m += 1; Export-Message $_.Identity | Assemble-Message -Path ("m" + $m + ".eml")}`,
          text: 'Each message of a queue into a file of its own.',
        },
      ],
      async *run({ given }, context) {
        const { selection, includes } = await messageNamed(server, given.Identity)
        const views: MessageView[] = []
        for await (const view of server.messages(selection, tellSilent(context))) {
          if (!includes(view)) continue
          requireSuspended(view)
          views.push(view)
        }
        // Copies of a message in several queues have the same content, and each its recipients.
        const [first] = views
        if (first === undefined) throw notFound('message', given.Identity)
        const goesOn = await context.confirmChange(`Exporting message "${first.Identity}".`)
        if (goesOn) yield* pieces(server, first, views)
      },
    }),
    defineCmdlet({
      name: 'Assemble-Message',
      aliases: ['AssembleMessage'],
      synopsis: 'Writes what Export-Message gives into a file.',
      parameters: {
        Path: parameter(text, {
          help: 'The file; one that is there is overwritten.',
          position: 0,
          required: true,
        }),
      },
      input: 'whole',
      examples: [
        {
          code: 'Export-Message EDGE01\\3\\17 | Assemble-Message -Path message.eml',
          text: 'One message into a file.',
        },
      ],
      async *run({ given, input }) {
        await assemble(input, given.Path)
        yield* []
      },
    }),
  ]
}

async function* pieces(
  server: QueueServer,
  { Identity, Size, place }: MessageView,
  copies: readonly MessageView[],
): AsyncGenerator<ShellObject> {
  const shown = (index: number, piece: Uint8Array) =>
    new ShellObject({
      type: contentType,
      view: tableView('Identity', 'Index', 'Length'),
      properties: { Identity, Index: index, Length: piece.length, FileData: piece },
    })
  const head = await server.replayHead(copies.map((copy) => copy.place))
  if (head !== undefined) yield shown(0, head)
  let length = 0
  for (let index = 0; ; index++) {
    const piece = await server.messagePiece(place.message, index)
    if (piece === undefined) break
    length += piece.length
    yield shown(index + 1, piece)
  }
  if (length === Size) return
  throw new ShellError(
    `The message '${Identity}' left its queue while it was exported: ${length} of ${Size} bytes came.`,
    { id: 'MessageGone', category: 'ReadError', target: Identity },
  )
}

function requireSuspended({ Identity, Status }: MessageView): void {
  if (Status === 'Suspended') return
  throw new ShellError(
    `The message '${Identity}' is not suspended, its status is ${Status}. Run Suspend-Message before it is exported.`,
    { id: 'MessageNotSuspended', category: 'InvalidOperation', target: Identity },
  )
}

async function assemble(input: AsyncIterable<Value>, path: string): Promise<void> {
  await using files = new AsyncDisposableStack()
  let file: Awaited<ReturnType<typeof open>> | undefined
  let from = ''
  for await (const value of input) {
    const { identity: name, data } = contentOf(value)
    // Opened with the first piece: an export that fails leaves an older file as it was.
    file ??= files.use(await opened(path))
    if (from !== '' && name !== from) {
      throw new ShellError(`One file takes one message: '${path}' has '${from}' already.`, {
        ...{ id: 'OneMessageOnly', category: 'InvalidArgument', target: name },
      })
    }
    from = name
    await file.writeFile(data)
  }
}

function contentOf(value: Value): { readonly identity: string; readonly data: Uint8Array } {
  const data = value instanceof ShellObject ? value.get('FileData') : undefined
  if (value instanceof ShellObject && data instanceof Uint8Array) {
    return { identity: value.toString(), data }
  }
  throw new ShellError('Assemble-Message takes what Export-Message gives.', {
    ...{ id: 'InputObjectNotBound', category: 'InvalidArgument' },
  })
}

async function opened(path: string) {
  try {
    return await open(path, 'w', 0o600)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShellError(`Could not open file '${path}': ${why}`, {
      ...{ id: 'FileOpenFailure', category: 'OpenError', target: path, cause },
    })
  }
}
