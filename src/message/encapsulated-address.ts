import { isUtf8 } from 'node:buffer'

/** An address of another kind than SMTP's: `FAX`, `+49 30 1234`. */
export interface ForeignAddress {
  /** In capitals. */
  readonly type: string
  readonly address: string
}

/** `IMCEAFAX-+2B49@contoso.com`: the domain is the one whose servers take it in. */
const encapsulated = /^imcea([a-z0-9]{1,16})-([^@]+)@[^@]+$/i

/** Those that mean a mailbox here or elsewhere: mail to such an address must not leave by what it hides. */
const neverHidden = new Set(['SMTP', 'EX'])

const control = /[\x00-\x1f\x7f-\x9f]/

/**
 * The foreign address that an SMTP address stands for in Exchange's notation (MS-OXOABK's IMCEA form): letters,
 * digits, `-`, `=` and `.` stand for themselves, `_` for a slash, `+HH` for any octet. Undefined for all others.
 */
export function decapsulated(address: string): ForeignAddress | undefined {
  // Nearly every address ends here.
  if ((address.charCodeAt(0) | 0x20) !== 0x69) return undefined
  const [, type = '', encoded = ''] = encapsulated.exec(address) ?? []
  if (encoded === '' || !/^(?:[\w=.-]|\+[0-9a-f]{2})+$/i.test(encoded)) return undefined
  const kind = type.toUpperCase()
  if (neverHidden.has(kind)) return undefined
  const octets = Buffer.from(
    encoded
      .replaceAll('_', '/')
      .replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )
  const text = octets.toString(isUtf8(octets) ? 'utf8' : 'latin1')
  return control.test(text) ? undefined : { type: kind, address: text }
}
