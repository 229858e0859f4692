import { parseArgs } from 'node:util'
import { z } from 'zod'
import { askService } from '../admin/admin-client.ts'
import { type Column, formatTable } from '../admin/table.ts'
import { type Command, type CommandIo, ToldError, UsageError, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'

const queues = z.array(
  z.object({
    Identity: z.string(),
    DeliveryType: z.string(),
    Status: z.string(),
    MessageCount: z.number(),
    NextHopDomain: z.string(),
    LastError: z.string(),
  }),
)

const messages = z.array(
  z.object({
    Identity: z.string(),
    FromAddress: z.string(),
    Status: z.string(),
    Queue: z.string(),
    Subject: z.string(),
    LastError: z.string(),
  }),
)

/** Rows that a command shows unless it is told otherwise, as Exchange's ResultSize. */
const longestTable = 1000

const queueColumns: readonly Column<z.output<typeof queues>[number]>[] = [
  { title: 'Identity', value: ({ Identity }) => Identity },
  { title: 'DeliveryType', value: ({ DeliveryType }) => DeliveryType, maxWidth: 22 },
  { title: 'Status', value: ({ Status }) => Status },
  { title: 'MessageCount', value: ({ MessageCount }) => String(MessageCount) },
  { title: 'NextHopDomain', value: ({ NextHopDomain }) => NextHopDomain, maxWidth: 32 },
  { title: 'LastError', value: ({ LastError }) => LastError },
]

const messageColumns: readonly Column<z.output<typeof messages>[number]>[] = [
  { title: 'Identity', value: ({ Identity }) => Identity },
  { title: 'FromAddress', value: ({ FromAddress }) => FromAddress, maxWidth: 32 },
  { title: 'Status', value: ({ Status }) => Status },
  { title: 'Queue', value: ({ Queue }) => Queue },
  { title: 'Subject', value: ({ Subject }) => Subject, maxWidth: 32 },
  { title: 'LastError', value: ({ LastError }) => LastError },
]

/** `edge Get-Queue`: the queues of the running Transport service. */
export const getQueueCommand: Command = {
  usage: '[--data DIR]',
  summary: 'the queues of the running Transport service',
  async run(args, io) {
    const { dataFolder } = queueArguments(args, io, false)
    const found = queues.parse(await ask(dataFolder, 'queues', { limit: longestTable + 1 }))
    io.stdout.write(formatTable(queueColumns, found.slice(0, longestTable)))
    if (found.length > longestTable)
      io.stderr.write(`warning: only the first ${longestTable} queues are shown; there are more\n`)
    return exitCodes.fine
  },
}

/** `edge Get-Message`: the messages of all queues, or of one. */
export const getMessageCommand: Command = {
  usage: '[-Queue IDENTITY] [--data DIR]',
  summary: 'the messages in the queues, or in one queue',
  async run(args, io) {
    const { dataFolder, queue } = queueArguments(args, io, true)
    const parameters = queue === undefined ? {} : { queue }
    const rows = messages.parse(await ask(dataFolder, 'messages', parameters))
    io.stdout.write(formatTable(messageColumns, rows))
    return exitCodes.fine
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

async function ask(dataFolder: string, method: string, parameters?: object): Promise<unknown> {
  try {
    return await askService({ dataFolder, service: 'Transport' }, method, parameters)
  } catch (error) {
    throw new ToldError(error instanceof Error ? error.message : String(error))
  }
}
