/**
 * The text as xtext (RFC 3461 4): printable ASCII without `+` and `=` stands as it is, every other
 * octet of its UTF-8 form as `+` and two upper-case hex digits.
 */
export function encodeXtext(text: string): string {
  if (/^[!-*,-<>-~]*$/.test(text)) return text
  let result = ''
  for (const octet of Buffer.from(text)) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d
    result += plain ? String.fromCharCode(octet) : `+${hexPair(octet)}`
  }
  return result
}

/** Reads xtext; undefined when it is none, or when its octets are not UTF-8. */
export function decodeXtext(xtext: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(xtext)) return undefined
  if (!xtext.includes('+')) return xtext
  const octets = xtext.replace(/\+(..)/g, (_, pair: string) =>
    String.fromCharCode(parseInt(pair, 16)),
  )
  try {
    return strictUtf8.decode(Buffer.from(octets, 'latin1'))
  } catch {
    return undefined
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function hexPair(octet: number): string {
  return octet.toString(16).toUpperCase().padStart(2, '0')
}
