const longestLine = 76

type Charset = 'utf8' | 'latin1'

/**
 * Text as quoted-printable UTF-8 (RFC 2045 6.7): ASCII, CRLF lines of at most 76 octets. With `latin1`
 * each character stands for one octet, of whatever meaning.
 */
export function quotedPrintable(text: string, charset: Charset = 'utf8'): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => encodeLine(line, charset))
    .join('\r\n')
}

function encodeLine(line: string, charset: Charset): string {
  let encoded = ''
  let length = 0
  const last = line.length - 1
  for (let at = 0; at <= last;) {
    const character = String.fromCodePoint(line.codePointAt(at) ?? 0)
    const isPlain = isAllowed(character, at === last)
    const unit = isPlain ? character : encodeOctets(Buffer.from(character, charset))
    at += character.length
    // One octet stays free for the `=` of a soft line break.
    if (length + unit.length > longestLine - 1) {
      encoded += '=\r\n'
      length = 0
    }
    encoded += unit
    length += unit.length
  }
  return encoded
}

function isAllowed(character: string, endsLine: boolean): boolean {
  const isBlank = character === ' ' || character === '\t'
  return isBlank ? !endsLine : /^[!-<>-~]$/.test(character)
}

/** All octets of one character together, so that no line break falls within it. */
function encodeOctets(octets: Buffer): string {
  let encoded = ''
  for (const octet of octets) encoded += `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
  return encoded
}
