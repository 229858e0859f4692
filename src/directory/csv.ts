/** A record of a CSV file (RFC 4180) and the line it begins in, counted from 1. */
export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[]
}

/** What ends reading: a quotation mark that nothing closes, or that has something behind it. */
export interface CsvFault {
  readonly line: number
  readonly message: string
}

/** Reads the records; empty lines are none. Line ends are CR LF or LF. */
export function* readCsv(text: string): Generator<CsvRecord | CsvFault, void> {
  let line = 1
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const begin = line
    const fields: string[] = []
    for (;;) {
      const field = text[at] === '"' ? quoted(text, at) : plain(text, at)
      if (typeof field === 'string') {
        yield { line: begin, message: field }
        return
      }
      fields.push(field.value)
      line += field.lineEnds
      at = field.end
      if (text[at] !== ',') break
      at++
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    line++
    if (fields.length > 1 || fields[0] !== '') yield { line: begin, fields }
  }
}

interface Field {
  readonly value: string
  /** Where what follows it begins. */
  readonly end: number
  readonly lineEnds: number
}

function plain(text: string, from: number): Field | string {
  let end = from
  while (end < text.length && !isEnd(text, end)) end++
  return { value: text.slice(from, end).trim(), end, lineEnds: 0 }
}

function quoted(text: string, from: number): Field | string {
  let value = ''
  let at = from + 1
  for (;;) {
    const close = text.indexOf('"', at)
    if (close < 0) return 'a quotation mark is not closed'
    value += text.slice(at, close)
    if (text[close + 1] !== '"') {
      const end = close + 1
      if (end < text.length && !isEnd(text, end))
        return 'something stands behind a closing quotation mark'
      return { value, end, lineEnds: value.split('\n').length - 1 }
    }
    value += '"'
    at = close + 2
  }
}

function isEnd(text: string, at: number): boolean {
  const char = text[at]
  return char === ',' || char === '\n' || (char === '\r' && text[at + 1] === '\n')
}
