/** What a line is, judged from its first octets. `undecided`: more octets are needed. */
export type LineKind = 'field' | 'continuation' | 'separator' | 'body' | 'undecided'

/** A longer field name is no name (RFC 5322 2.1.1: a line holds 998 octets). */
const longestName = 998

const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const tab = 0x09
const colon = 0x3a

/**
 * Judges the line that begins at `start` of the header, with octets known up to `end`. The answer
 * is never revised by octets that follow, so it does not depend on how the content was cut up.
 */
export function lineKind(bytes: Buffer, start: number, end: number): LineKind {
  const first = bytes[start]
  if (start >= end || first === undefined) return 'undecided'
  if (first === lineFeed) return 'separator'
  if (first === carriageReturn) {
    if (start + 1 >= end) return 'undecided'
    return bytes[start + 1] === lineFeed ? 'separator' : 'body'
  }
  if (first === space || first === tab) return 'continuation'
  return nameKind(bytes, start, end)
}

/** Whether a field name and its colon stand at `start` (RFC 5322 3.6.8, blanks before the colon allowed). */
export function isHeaderLine(bytes: Buffer, start: number, end: number): boolean {
  return lineKind(bytes, start, end) === 'field'
}

function nameKind(bytes: Buffer, start: number, end: number): LineKind {
  const limit = Math.min(end, start + longestName)
  let blank = false
  for (let at = start; at < limit; at++) {
    const octet = bytes[at] ?? 0
    if (octet === colon) return at > start ? 'field' : 'body'
    if (octet === space || octet === tab) blank = true
    else if (blank || octet <= space || octet >= 0x7f) return 'body'
  }
  return limit === end && end < start + longestName ? 'undecided' : 'body'
}
