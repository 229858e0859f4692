/**
 * What a line is, judged from its first octets. `mailbox`: it parts the messages of an mbox file, with
 * the date that such a line has (`From u@example.com Mon Sep 14 10:00:00 2026`, quoted or not);
 * `from`: it begins as if it were one. `undecided`: more octets are needed.
 */
export type LineKind =
  'field' | 'continuation' | 'separator' | 'mailbox' | 'from' | 'body' | 'undecided'

/** A longer field name is no name (RFC 5322 2.1.1: a line holds 998 octets). */
const longestName = 998

const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const tab = 0x09
const colon = 0x3a

const mailboxStart = /^>*From +$/
const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const mailboxDate = new RegExp(`\\b${weekday},? +(?:${month} +\\d|\\d{1,2}[ -]${month}\\b)`)

/** What editors and scripts put before UTF-8 text (RFC 3629 6): no part of a field's name. */
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** Octets of the mark before the first line, with octets known up to `end`; undefined: more are needed. */
export function markLength(bytes: Buffer, end: number): number | undefined {
  if (end > 0 && bytes[0] !== byteOrderMark[0]) return 0
  const known = bytes.subarray(0, Math.min(end, byteOrderMark.length))
  if (!known.equals(byteOrderMark.subarray(0, known.length))) return 0
  return known.length === byteOrderMark.length ? known.length : undefined
}

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
    else if (blank || octet <= space || octet >= 0x7f) return nameless(bytes, start, { at, limit })
  }
  return isCut(start, limit) ? 'undecided' : 'body'
}

/** A line that has no name up to `at`. */
function nameless(
  bytes: Buffer,
  start: number,
  { at, limit }: { readonly at: number; readonly limit: number },
): LineKind {
  if (!mailboxStart.test(bytes.toString('latin1', start, at))) return 'body'
  const line = bytes.subarray(at, limit)
  const lineEnd = line.indexOf(lineFeed)
  if (lineEnd === -1) return isCut(start, limit) ? 'undecided' : 'body'
  return mailboxDate.test(line.toString('latin1', 0, lineEnd)) ? 'mailbox' : 'from'
}

/** What was looked at ends with the octets that are known, so more of the line may follow. */
const isCut = (start: number, limit: number) => limit < start + longestName
