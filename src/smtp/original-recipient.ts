import { decodeXtext } from './xtext.ts'

/** Printable ASCII, blanks included. */
const printable = /^[\x20-\x7e]*$/
const embedded = /\\x\{([0-9A-Fa-f]{2,6})\}/g
const controls = /[\x00-\x1f\x7f-\x9f]/

/** ORCPT in the form that any server takes: an address of the type utf-8 may have come unencoded (RFC 6533 3). */
export function sevenBitOriginalRecipient(originalRecipient: string): string {
  return originalRecipient.replace(/[^\x00-\x7f]/gu, embeddedCharacter)
}

/** An address with its type; an international one in the 7-bit form of RFC 6533 3, or as it is. */
export function typedAddress(address: string, form: '7bit' | 'utf-8'): string {
  if (printable.test(address)) return `rfc822;${address}`
  if (form === 'utf-8') return `utf-8;${address}`
  return `utf-8;${address.replace(/[^\x21-\x7e]|[\\+=]/gu, embeddedCharacter)}`
}

/**
 * ORCPT as a notification shows it: decoded where that is text, with the type utf-8 where it takes more
 * than ASCII. What cannot be shown, such as octets of another character set, stays as it came.
 */
export function shownOriginalRecipient(originalRecipient: string, form: '7bit' | 'utf-8'): string {
  const [type = '', ...rest] = originalRecipient.split(';')
  const value = rest.join(';')
  switch (type.toLowerCase()) {
    case 'utf-8':
      return form === 'utf-8' ? unicodeAddress(value) : sevenBitOriginalRecipient(originalRecipient)
    case 'rfc822': {
      const address = decodeXtext(value)
      return address === undefined ? originalRecipient : typedAs(type, address, form)
    }
    default: {
      const address = decodeXtext(value)
      return address !== undefined && printable.test(address)
        ? `${type};${address}`
        : originalRecipient
    }
  }
}

function typedAs(type: string, address: string, form: '7bit' | 'utf-8'): string {
  return printable.test(address) ? `${type};${address}` : typedAddress(address, form)
}

/** With each embedded character as it is, unless it were a control. */
function unicodeAddress(value: string): string {
  const address = value.replace(embedded, (given, hex: string) => {
    const codePoint = parseInt(hex, 16)
    return codePoint > 0x10ffff ? given : String.fromCodePoint(codePoint)
  })
  return `utf-8;${controls.test(address) || !address.isWellFormed() ? value : address}`
}

/** RFC 6533 3, EmbeddedUnicodeChar. */
export function embeddedCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `\\x{${hex.padStart(2, '0')}}`
}
