import { plainAddress } from '../base/ip-range.ts'

/** An address where a domain would stand (RFC 5321 4.1.3): `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function addressLiteral(address: string): string {
  const plain = plainAddress(address)
  return plain.includes(':') ? `[IPv6:${plain}]` : `[${plain}]`
}
