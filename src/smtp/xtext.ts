import { isUtf8 } from 'node:buffer'

/** Encodes text as xtext (RFC 3461 4): what is not a printable ASCII character, and `+` and `=`, as `+HH`. */
export function encodeXtext(text: string): string {
  let result = ''
  for (const octet of Buffer.from(text, 'utf8')) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d
    result += plain
      ? String.fromCharCode(octet)
      : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return result
}

/**
 * Whether it is xtext, which any octets may stand in, those of another character set too. What stands
 * for control characters is none to us: decoded it could end a line.
 */
export function isXtext(text: string): boolean {
  return encoded.test(text) && !/\+(?:[01]|7[Ff])/.test(text)
}

const encoded = /^(?:[!-*,-~]|\+[0-9A-Fa-f]{2})*$/
const control = /[\x00-\x1f\x7f-\x9f]/

/**
 * Decodes xtext; undefined when it is malformed or stands for control characters or octets that are
 * not UTF-8. A bare `=` and small hex digits are taken, as clients send them.
 */
export function decodeXtext(xtext: string): string | undefined {
  if (!encoded.test(xtext)) return undefined
  const octets = Buffer.from(
    xtext.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )
  if (!isUtf8(octets)) return undefined
  const text = octets.toString('utf8')
  return control.test(text) ? undefined : text
}
