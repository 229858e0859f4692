import { parseAddress } from '../../base/ip-range.ts'
import { RangeTable } from '../../base/range-table.ts'
import type { Endpoint } from '../../message/message-sink.ts'
import type { Binding } from './binding.ts'
import type { ReceiveConnector } from './receive-connector.ts'

/** The address that stands for all of its family. */
const wildcards: readonly string[] = ['0.0.0.0', '::']

/** Whether the binding takes connections to every local address of its family. */
export function isWildcard(binding: Binding): boolean {
  return wildcards.includes(binding.address)
}

/** Whether connections to `local` belong to the binding. */
export function bindingCovers(binding: Binding, local: Endpoint): boolean {
  if (binding.port !== local.port) return false
  if (!isWildcard(binding)) return binding.address === local.address
  return binding.address.includes(':') === local.address.includes(':')
}

/**
 * The sockets to open for these connectors: each distinct binding once; a concrete address is left
 * out where the wildcard of its family has the same port, since that socket takes its connections
 * too (and Linux refuses the second one).
 */
export function bindingsToOpen(connectors: readonly ReceiveConnector[]): Binding[] {
  const all = connectors.filter(({ Enabled }) => Enabled).flatMap(({ Bindings }) => Bindings)
  const distinct = new Map(all.map((binding) => [JSON.stringify(binding), binding]))
  const wide = [...distinct.values()].filter(isWildcard)
  return [...distinct.values()].filter(
    (binding) => isWildcard(binding) || !wide.some((wildcard) => bindingCovers(wildcard, binding)),
  )
}

/** Answers which connector a connection is for. Made once for each configuration. */
export class ConnectorSelection {
  /** By local address and port, as the bindings have them. */
  readonly #tables: ReadonlyMap<string, RangeTable<ReceiveConnector>>

  constructor(connectors: readonly ReceiveConnector[]) {
    const enabled = connectors.filter(({ Enabled }) => Enabled)
    const bindings = new Map(
      enabled.flatMap(({ Bindings }) => Bindings).map((binding) => [keyOf(binding), binding]),
    )
    const listening = ({ address, port }: Binding) =>
      enabled.filter(({ Bindings }) =>
        Bindings.some((own) => own.address === address && own.port === port),
      )
    this.#tables = new Map(
      [...bindings].map(([key, binding]) => [key, tableOf(listening(binding))]),
    )
  }

  /**
   * The connector for a connection to `local` from `remoteAddress`: a binding to the concrete address
   * goes before a wildcard; then the narrowest range that holds the source; then the first in the list.
   * Undefined when none serves this source.
   */
  select(local: Endpoint, remoteAddress: string): ReceiveConnector | undefined {
    const source = parseAddress(remoteAddress)
    if (source === undefined) return undefined
    const address = local.address.includes(':') ? '::' : '0.0.0.0'
    return (
      this.#tables.get(keyOf(local))?.find(source) ??
      this.#tables.get(keyOf({ address, port: local.port }))?.find(source)
    )
  }
}

function tableOf(connectors: readonly ReceiveConnector[]): RangeTable<ReceiveConnector> {
  return new RangeTable(
    connectors.flatMap((connector) =>
      connector.RemoteIPRanges.map((range) => ({ range, value: connector })),
    ),
  )
}

function keyOf({ address, port }: Endpoint): string {
  return `${port} ${address}`
}
