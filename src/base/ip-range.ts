import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An inclusive range of addresses of one family, as an administrator typed it. */
export interface IpRange {
  readonly text: string
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

/** All of IPv4 and all of IPv6, in Exchange's spelling. */
export const allIpv4 = '0.0.0.0-255.255.255.255'
export const allIpv6 = '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'

/**
 * Reads `192.0.2.7`, `192.0.2.1-192.0.2.254`, `192.0.2.1/24` (host bits may be set),
 * `192.0.2.8(255.255.255.0)` and the IPv6 forms of the first three. A zone (`%11`) is dropped.
 * Returns undefined for anything else, and for a range that runs backwards.
 */
export function parseIpRange(text: string): IpRange | undefined {
  const trimmed = text.trim()
  const masked = /^([\d.]+)\(([\d.]+)\)$/.exec(trimmed)
  if (masked !== null) return maskedRange(trimmed, masked[1] ?? '', masked[2] ?? '')
  const [start = '', end, more] = trimmed.split('-')
  if (more !== undefined) return undefined
  if (end !== undefined) return dashRange(trimmed, start, end)
  const [address = '', prefix, extra] = trimmed.split('/')
  if (extra !== undefined || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  return prefixRange(trimmed, address, prefix)
}

/** How many addresses lie in the range; the narrowest matching range wins. */
export function rangeSize(range: IpRange): bigint {
  return range.last - range.first + 1n
}

/** Whether `address` (IPv4-mapped IPv6 counts as IPv4) lies in the range. */
export function rangeContains(range: IpRange, address: string): boolean {
  const parsed = parseAddress(address)
  return parsed !== undefined && rangeHolds(range, parsed)
}

/** Whether an address that is read already lies in the range. */
export function rangeHolds(range: IpRange, { family, value }: Address): boolean {
  return family === range.family && range.first <= value && value <= range.last
}

/** `::ffff:192.0.2.1` as `192.0.2.1`, a zone dropped; other addresses as they are. */
export function plainAddress(address: string): string {
  // Asked of every connection, message and log record, nearly always for plain IPv4.
  if (!address.includes(':') && !address.includes('%')) return address
  const withoutZone = address.replace(/%.*$/, '')
  return withoutZone.replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i, '$1')
}

/** An address as a number of its family. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

/** Reads an address; IPv4-mapped IPv6 counts as IPv4, a zone is dropped. Undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const plain = plainAddress(text.trim())
  // By hand: with the library's expressions and big numbers this was a fifth of accepting a connection.
  if (isIPv4(plain)) {
    const value = plain.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    return { family: 4, value: BigInt(value) }
  }
  if (!ipaddr.IPv6.isValid(plain)) return undefined
  const bytes = ipaddr.parse(plain).toByteArray()
  return { family: 6, value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) }
}

function dashRange(text: string, start: string, end: string): IpRange | undefined {
  const [first, last] = [parseAddress(start), parseAddress(end)]
  if (first === undefined || last?.family !== first.family) return undefined
  if (last.value < first.value) return undefined
  return { text, family: first.family, first: first.value, last: last.value }
}

function maskedRange(text: string, address: string, mask: string): IpRange | undefined {
  const bits = ipaddr.IPv4.isValidFourPartDecimal(mask)
    ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask()
    : null
  return bits === null ? undefined : prefixRange(text, address, String(bits))
}

function prefixRange(text: string, address: string, prefix?: string): IpRange | undefined {
  const parsed = parseAddress(address)
  if (parsed === undefined) return undefined
  const width = parsed.family === 4 ? 32 : 128
  const bits = prefix === undefined ? width : Number(prefix)
  if (bits > width) return undefined
  const hostMask = (1n << BigInt(width - bits)) - 1n
  return {
    text,
    family: parsed.family,
    first: parsed.value & ~hostMask,
    last: parsed.value | hostMask,
  }
}
