import { type IpRange, rangeContains, rangeSize } from '../base/ip-range.ts'
import type { Endpoint } from '../message/message-sink.ts'
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

/**
 * The connector for a connection to `local` from `remoteAddress`: a binding to the concrete address
 * goes before a wildcard; then the narrowest range that holds the source; then the first in the list.
 * Undefined when none serves this source.
 */
export function selectConnector(
  connectors: readonly ReceiveConnector[],
  local: Endpoint,
  remoteAddress: string,
): ReceiveConnector | undefined {
  const bound = connectors.filter(
    ({ Enabled, Bindings }) => Enabled && Bindings.some((binding) => bindingCovers(binding, local)),
  )
  const concrete = bound.filter(({ Bindings }) =>
    Bindings.some((binding) => !isWildcard(binding) && bindingCovers(binding, local)),
  )
  return narrowest(concrete, remoteAddress) ?? narrowest(bound, remoteAddress)
}

function narrowest(
  connectors: readonly ReceiveConnector[],
  address: string,
): ReceiveConnector | undefined {
  let best: { readonly connector: ReceiveConnector; readonly size: bigint } | undefined
  for (const connector of connectors) {
    const size = narrowestSize(connector.RemoteIPRanges, address)
    if (size !== undefined && (best === undefined || size < best.size)) best = { connector, size }
  }
  return best?.connector
}

function narrowestSize(ranges: readonly IpRange[], address: string): bigint | undefined {
  let smallest: bigint | undefined
  for (const range of ranges) {
    if (!rangeContains(range, address)) continue
    const size = rangeSize(range)
    if (smallest === undefined || size < smallest) smallest = size
  }
  return smallest
}
