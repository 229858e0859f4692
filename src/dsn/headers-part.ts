import { isAscii, isUtf8 } from 'node:buffer'
import type { HeaderBlock } from '../message/header-block.ts'
import { quotedPrintable } from './quoted-printable.ts'

/**
 * The part of a report that returns a header alone, its own header included: 7 bit whatever it holds. Both
 * types may be encoded (RFC 6522 4, RFC 6533 4).
 */
export function headersPart({ bytes }: HeaderBlock, international: boolean): string {
  const octets = bytes.toString('latin1')
  if (isAscii(bytes)) return `Content-Type: text/rfc822-headers\r\n\r\n${octets}`
  const isGlobal = international && isUtf8(bytes)
  const type = isGlobal ? 'message/global-headers' : 'text/rfc822-headers'
  const encoded = isGlobal ? quotedPrintable(bytes.toString()) : quotedPrintable(octets, 'latin1')
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encoded}`
}
