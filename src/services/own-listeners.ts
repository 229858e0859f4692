import { networkInterfaces } from 'node:os'
import type { ReceiveConnector } from '../receive/connectors/receive-connector.ts'
import { canonicalAddress } from '../deliver/smtp/special-addresses.ts'

/**
 * Answers whether this server listens at an address and port: mail sent there would come back. A
 * binding to all addresses counts for every address this machine has, and for all of loopback. The
 * address is in its canonical spelling.
 */
export function ownListeners(
  connectors: () => readonly ReceiveConnector[],
): (address: string, port: number) => boolean {
  return (address, port) =>
    connectors()
      .filter(({ Enabled }) => Enabled)
      .flatMap(({ Bindings }) => Bindings)
      .some(
        (binding) =>
          binding.port === port &&
          (canonicalAddress(binding.address) === address ||
            (isWildcard(binding.address) && isOwn(address))),
      )
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

function isOwn(address: string): boolean {
  if (address.startsWith('127.') || address === '::1') return true
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => entry.address === address),
  )
}
