import { isAscii, isUtf8 } from 'node:buffer'
import type { HeaderBlock } from '../message/header-block.ts'
import { quotedPrintable } from './quoted-printable.ts'

/**
 * Whether a header is that of international mail, which only the types of RFC 6533 may hold. With one in
 * ASCII a message is as any other, and the old types are read everywhere.
 */
export function isGlobal({ bytes }: HeaderBlock, international: boolean): boolean {
  return international && !isAscii(bytes) && isUtf8(bytes)
}

/**
 * The part of a report that returns a header alone, its own header included: 7 bit whatever it holds. Both
 * types may be encoded (RFC 6522 4, RFC 6533 4).
 */
export function headersPart(header: HeaderBlock, international: boolean): string {
  const { bytes } = header
  const octets = bytes.toString('latin1')
  if (isAscii(bytes)) return `Content-Type: text/rfc822-headers\r\n\r\n${octets}`
  const inUtf8 = isGlobal(header, international)
  const type = inUtf8 ? 'message/global-headers' : 'text/rfc822-headers'
  const encoded = inUtf8 ? quotedPrintable(bytes.toString()) : quotedPrintable(octets, 'latin1')
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${encoded}`
}
