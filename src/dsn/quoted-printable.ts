const longestLine = 76

/** Text as quoted-printable UTF-8 (RFC 2045 6.7): ASCII, CRLF lines of at most 76 octets. */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(encodeLine)
    .join('\r\n')
}

function encodeLine(line: string): string {
  let encoded = ''
  let length = 0
  const last = line.length - 1
  for (let at = 0; at <= last;) {
    const character = String.fromCodePoint(line.codePointAt(at) ?? 0)
    const unit = encodeCharacter(character, at === last)
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

/** All octets of one character together, so that no line break falls within it. */
function encodeCharacter(character: string, endsLine: boolean): string {
  const blank = character === ' ' || character === '\t'
  if (blank ? !endsLine : /^[!-<>-~]$/.test(character)) return character
  let encoded = ''
  for (const octet of Buffer.from(character)) {
    encoded += `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return encoded
}
