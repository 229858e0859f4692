import { BlockList, isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A range of addresses with a meaning of its own, by the registries of RFC 6890. */
interface SpecialRange {
  readonly range: string
  readonly name: string
  readonly rfc: string
  /**
   * `never`: no host has such an address, or none can be reached by it from here. `inside`: hosts of a
   * house, a machine or a lab; mail may go there. `translated`: stands for the IPv4 address at its end.
   */
  readonly use: 'never' | 'inside' | 'translated'
}

/** The first that fits counts. */
export const specialRanges: readonly SpecialRange[] = [
  { range: '0.0.0.0/8', name: 'this network', rfc: 'RFC 1122 3.2.1.3', use: 'never' },
  { range: '10.0.0.0/8', name: 'private use', rfc: 'RFC 1918', use: 'inside' },
  { range: '100.64.0.0/10', name: 'shared address space', rfc: 'RFC 6598', use: 'inside' },
  { range: '127.0.0.0/8', name: 'loopback', rfc: 'RFC 1122 3.2.1.3', use: 'inside' },
  { range: '169.254.0.0/16', name: 'link-local', rfc: 'RFC 3927', use: 'inside' },
  { range: '172.16.0.0/12', name: 'private use', rfc: 'RFC 1918', use: 'inside' },
  { range: '192.0.0.0/24', name: 'protocol assignments', rfc: 'RFC 6890 2.1', use: 'inside' },
  { range: '192.0.2.0/24', name: 'documentation', rfc: 'RFC 5737', use: 'inside' },
  { range: '192.168.0.0/16', name: 'private use', rfc: 'RFC 1918', use: 'inside' },
  { range: '198.18.0.0/15', name: 'benchmarking', rfc: 'RFC 2544', use: 'inside' },
  { range: '198.51.100.0/24', name: 'documentation', rfc: 'RFC 5737', use: 'inside' },
  { range: '203.0.113.0/24', name: 'documentation', rfc: 'RFC 5737', use: 'inside' },
  { range: '224.0.0.0/4', name: 'multicast', rfc: 'RFC 5771', use: 'never' },
  { range: '255.255.255.255/32', name: 'broadcast', rfc: 'RFC 919 7', use: 'never' },
  { range: '240.0.0.0/4', name: 'reserved', rfc: 'RFC 1112 4', use: 'never' },
  { range: '::/128', name: 'unspecified', rfc: 'RFC 4291 2.5.2', use: 'never' },
  { range: '::1/128', name: 'loopback', rfc: 'RFC 4291 2.5.3', use: 'inside' },
  { range: '::ffff:0:0/96', name: 'IPv4-mapped', rfc: 'RFC 4291 2.5.5.2', use: 'translated' },
  { range: '::/96', name: 'IPv4-compatible', rfc: 'RFC 4291 2.5.5.1', use: 'never' },
  { range: '64:ff9b::/96', name: 'NAT64', rfc: 'RFC 6052 2.1', use: 'translated' },
  { range: '64:ff9b:1::/48', name: 'local NAT64', rfc: 'RFC 8215', use: 'inside' },
  { range: '100::/64', name: 'discard-only', rfc: 'RFC 6666', use: 'never' },
  { range: '2001:2::/48', name: 'benchmarking', rfc: 'RFC 5180', use: 'inside' },
  { range: '2001:db8::/32', name: 'documentation', rfc: 'RFC 3849', use: 'inside' },
  { range: '3fff::/20', name: 'documentation', rfc: 'RFC 9637', use: 'inside' },
  { range: 'fc00::/7', name: 'unique local', rfc: 'RFC 4193', use: 'inside' },
  { range: 'fe80::/10', name: 'link-local without a link', rfc: 'RFC 4291 2.5.6', use: 'never' },
  { range: 'ff00::/8', name: 'multicast', rfc: 'RFC 4291 2.7', use: 'never' },
]

type Family = 'ipv4' | 'ipv6'

interface Listed extends SpecialRange {
  readonly list: BlockList
}

const listed: Readonly<Record<Family, readonly Listed[]>> = {
  ipv4: listedIn('ipv4'),
  ipv6: listedIn('ipv6'),
}

/** All that takes a closer look, in one: each address of each look-up is asked for. */
const conspicuous: Readonly<Record<Family, BlockList>> = {
  ipv4: listOf('ipv4', conspicuousIn('ipv4')),
  ipv6: listOf('ipv6', conspicuousIn('ipv6')),
}

/**
 * The range that an address lies in, where it is a special one. Any valid address; one of IPv6 that maps
 * IPv4 is to be unmapped first.
 */
export function specialRange(address: string): SpecialRange | undefined {
  const family = familyOf(address)
  return listed[family].find(({ list }) => list.check(address, family))
}

/** Why mail can never go to an address; undefined when it can. */
export function undialable(address: string): string | undefined {
  // With a zone it is a literal that an administrator wrote, who knows his links.
  if (address.includes('%')) return undefined
  const family = familyOf(address)
  if (!conspicuous[family].check(address, family)) return undefined
  const special = specialRange(address)
  if (special?.use === 'never') return `${special.name}, ${special.rfc}`
  const translated = translatedAddress(address)
  if (translated === undefined) return undefined
  const behind = specialRange(translated)
  // RFC 6052 3.1: nothing that is not of the whole Internet may be translated.
  return behind && `${translated} by NAT64: ${behind.name}, RFC 6052 3.1`
}

/** The IPv4 address that a translator would go to for `address`. */
export function translatedAddress(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('%') || specialRange(address)?.use !== 'translated')
    return undefined
  return ipaddr.fromByteArray(ipaddr.parse(address).toByteArray().slice(12)).toString()
}

/**
 * One spelling for each address, so that it can be compared: IPv6 as RFC 5952 has it, IPv4 in IPv6
 * (`::ffff:192.0.2.1`, `::ffff:c000:201`) as the IPv4 that the system makes of it.
 */
export function canonicalAddress(address: string): string {
  return isIPv6(address) ? ipaddr.process(address).toString() : address
}

function familyOf(address: string): Family {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}

function rangesOf(family: Family): readonly SpecialRange[] {
  return specialRanges.filter(({ range }) => range.includes(':') === (family === 'ipv6'))
}

function listedIn(family: Family): readonly Listed[] {
  return rangesOf(family).map((special) => ({ ...special, list: listOf(family, [special]) }))
}

function conspicuousIn(family: Family): readonly SpecialRange[] {
  return rangesOf(family).filter(({ use }) => use !== 'inside')
}

function listOf(family: Family, ranges: readonly SpecialRange[]): BlockList {
  const list = new BlockList()
  for (const { range } of ranges) {
    const [network = '', prefix] = range.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}
