import { parseAddress } from '../../base/ip-range.ts'

/** By what the clients of one customer are told from others: networks of 64 bits are what one has of IPv6. */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address
  const parsed = parseAddress(address)
  return parsed?.family === 6 ? `${parsed.value >> 64n}` : address
}
