import { z } from 'zod'
import { byteSize, count, flag, ownSettings, text, timeSpan } from '../../base/setting-fields.ts'
import { minute, second } from '../../base/time-span.ts'

const megabyte = 1024 ** 2

/** A transport agent of the server's users: an ES module that runs in a process of its own. */
export const transportAgentSchema = z.strictObject({
  Name: text(),
  /** The ES module, .ts or .js; a relative path begins at the configuration's folder. */
  Module: text(),
  /** Which export of the module it is; `default` means `agent`, else the default export. */
  TransportAgentFactory: text().default('default'),
  Enabled: flag().default(true),
  /** At each event the lowest goes first. Without it the agent goes behind Exchange's own, in the order of the file. */
  Priority: count(1, 1000).optional(),
  /** How long it may take for one event. */
  TimeLimit: timeSpan(second, 5 * minute).default(10 * second),
  /** How much memory its process may take beyond that of one without a module. */
  MaxMemory: byteSize(32 * megabyte, 16 * 1024 * megabyte).default(128 * megabyte),
  /** A longer body is not given as a whole, only piece by piece. */
  MaxBodySize: byteSize(1024, 2 ** 31 - 1).default(16 * megabyte),
  /** What the module may want to be told; its own names. */
  Settings: ownSettings().default({}),
})

type ParsedTransportAgent = z.output<typeof transportAgentSchema>

/** The settings of an agent; the module's path is absolute. */
export type TransportAgentSettings = Readonly<
  Omit<ParsedTransportAgent, 'Priority'> & { Priority: number }
>

/** The priorities of Exchange's own agents on an Edge server end here. */
const lastOfExchange = 10

/** The agent with the defaults that depend on its place in the list. */
export function completeTransportAgent(
  parsed: ParsedTransportAgent,
  index: number,
): TransportAgentSettings {
  return { ...parsed, Priority: parsed.Priority ?? lastOfExchange + 1 + index }
}
