import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

/** A host or domain name by RFC 1123, with underscores as they occur; international names allowed. */
export function isHostName(text: string): boolean {
  const ascii = /^[\x21-\x7e]+$/.test(text) ? text : domainToASCII(text)
  return (
    ascii.length <= 255 &&
    /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?=.)|$))+$/i.test(ascii)
  )
}

/** The address of a DNS server with an optional port: `192.0.2.53`, `127.0.0.53:5353`, `[::1]:53`. */
export function isDnsServer(text: string): boolean {
  if (isIP(text) !== 0) return true
  const [, ipv6, ipv4, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const family = isIP(ipv6 ?? ipv4 ?? '')
  const portNumber = Number(port ?? '53')
  return family === (ipv6 === undefined ? 4 : 6) && portNumber >= 1 && portNumber <= 65_535
}
