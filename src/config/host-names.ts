import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const hostName = new RegExp(`^${label}(?:\\.${label})*$`, 'i')

/** A host name by RFC 1123, with underscores as they occur; international names by their A-labels. */
export function isHostName(text: string): boolean {
  return text.length <= 255 && hostName.test(text)
}

/** A mail domain: as a host name, or international as it is written (`bücher.example`). */
export function isDomainName(text: string): boolean {
  return isHostName(/[^\x00-\x7f]/.test(text) ? domainToASCII(text) : text)
}

/** The address of a DNS server with an optional port: `192.0.2.53`, `127.0.0.53:5353`, `[::1]:53`. */
export function isDnsServer(text: string): boolean {
  if (isIP(text) !== 0) return true
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const family = isIP(ipv6 ?? ipv4 ?? '')
  const portNumber = Number(port ?? '53')
  return family === (ipv6 === undefined ? 4 : 6) && portNumber >= 1 && portNumber <= 65_535
}

/** A server's name by its machine's: up to the first dot, in capitals. */
export function shortName(hostName: string): string {
  return hostName.replace(/\..*$/, '').toUpperCase()
}
