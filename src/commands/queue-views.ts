import { parseArgs } from 'node:util'
import type { SilentWorker } from '../admin/ask-workers.ts'
import { type Column, formatTable } from '../admin/table.ts'
import type { MessageView, QueueView } from '../queue/queue-listing.ts'
import { inquireMessages, inquireQueues } from '../services/queue-inquiry.ts'
import { type Command, type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'

/** Rows that a command shows unless it is told otherwise, as Exchange's ResultSize. */
const longestTable = 1000

const queueColumns: readonly Column<QueueView>[] = [
  { title: 'Identity', value: ({ Identity }) => Identity },
  { title: 'DeliveryType', value: ({ DeliveryType }) => DeliveryType, maxWidth: 22 },
  { title: 'Status', value: ({ Status }) => Status },
  { title: 'MessageCount', value: ({ MessageCount }) => String(MessageCount) },
  { title: 'NextHopDomain', value: ({ NextHopDomain }) => NextHopDomain, maxWidth: 32 },
  { title: 'LastError', value: ({ LastError }) => LastError },
]

const messageColumns: readonly Column<MessageView>[] = [
  { title: 'Identity', value: ({ Identity }) => Identity },
  { title: 'FromAddress', value: ({ FromAddress }) => FromAddress, maxWidth: 32 },
  { title: 'Status', value: ({ Status }) => Status },
  { title: 'Queue', value: ({ Queue }) => Queue },
  { title: 'Subject', value: ({ Subject }) => Subject, maxWidth: 32 },
  { title: 'LastError', value: ({ LastError }) => LastError },
]

/** `edge Get-Queue`: the queues of the running Transport service. */
export const getQueueCommand: Command = {
  async run(args, io) {
    const { dataFolder } = queueArguments(args, io, false)
    const { rows, silent } = await told(inquireQueues(dataFolder, longestTable + 1))
    io.stdout.write(formatTable(queueColumns, rows.slice(0, longestTable)))
    if (rows.length > longestTable)
      io.stderr.write(`warning: only the first ${longestTable} queues are shown; there are more\n`)
    return tellSilent(silent, io)
  },
}

/** `edge Get-Message`: the messages of all queues, or of one. */
export const getMessageCommand: Command = {
  async run(args, io) {
    const { dataFolder, queue } = queueArguments(args, io, true)
    const { rows, silent } = await told(inquireMessages(dataFolder, { queue, limit: longestTable }))
    io.stdout.write(formatTable(messageColumns, rows))
    return tellSilent(silent, io)
  },
}

function queueArguments(args: readonly string[], io: CommandIo, takesQueue: boolean) {
  const { values } = parseArgs({
    // PowerShell's form of the one parameter there is.
    args: args.map((arg) => (/^-queue$/i.test(arg) ? '--queue' : arg)),
    options: { data: { type: 'string' }, queue: { type: 'string' } },
  })
  if (values.queue !== undefined && !takesQueue) throw new UsageError('Get-Queue takes no -Queue')
  const { dataFolder } = locations({ data: values.data, env: io.env })
  return { dataFolder, queue: values.queue }
}

async function told<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    throw new ToldError(error instanceof Error ? error.message : String(error))
  }
}

/** A worker that is down must not look like an empty queue. */
function tellSilent(silent: readonly SilentWorker[], { stderr }: CommandIo): number {
  for (const { reason } of silent) stderr.write(`not all is shown: ${reason}\n`)
  return silent.length === 0 ? exitCodes.fine : exitCodes.toldError
}
