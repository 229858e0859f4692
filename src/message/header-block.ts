import { isHeaderLine } from './header-line.ts'

/** One field of a header block; its octets are `bytes.subarray(start, end)`, folds and line end included. */
export interface HeaderField {
  /** Lower case. */
  readonly name: string
  readonly start: number
  /** Where the value begins, behind the colon. */
  readonly valueStart: number
  readonly end: number
}

const colon = 0x3a
const lineFeed = 0x0a
const space = 0x20
const tab = 0x09

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The header of a message as octets: whole lines with their line ends as they came (CRLF or bare
 * LF), without the empty line behind them. Fields are found on demand; values are read one by one.
 */
export class HeaderBlock {
  readonly bytes: Buffer
  #fields: readonly HeaderField[] | undefined

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** The fields from top to bottom. */
  get fields(): readonly HeaderField[] {
    return (this.#fields ??= findFields(this.bytes))
  }

  /** The first field called `name` (lower case), unfolded and trimmed; undefined when there is none. */
  value(name: string): string | undefined {
    const field = this.fields.find((candidate) => candidate.name === name)
    return field && this.valueOf(field)
  }

  /** A field's value, unfolded and trimmed. Octets that are not UTF-8 are read as Latin-1. */
  valueOf({ valueStart, end }: HeaderField): string {
    return headerText(this.bytes.subarray(valueStart, end))
      .replace(/\r?\n(?=[ \t]|$)/g, '')
      .trim()
  }

  /** The block without the fields that `drop` names; the block itself when there are none of them. */
  without(drop: (field: HeaderField) => boolean): HeaderBlock {
    const kept = this.fields.filter((field) => !drop(field))
    if (kept.length === this.fields.length) return this
    return new HeaderBlock(
      Buffer.concat(kept.map(({ start, end }) => this.bytes.subarray(start, end))),
    )
  }
}

/** Header octets as text: UTF-8 where they are that, else Latin-1, so nothing is lost. */
export function headerText(bytes: Buffer): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

function findFields(bytes: Buffer): HeaderField[] {
  const fields: HeaderField[] = []
  let start = 0
  while (start < bytes.length) {
    const end = endOfField(bytes, start)
    const at = isHeaderLine(bytes, start, end) ? bytes.indexOf(colon, start) : end
    const name = bytes.toString('latin1', start, at).trimEnd().toLowerCase()
    fields.push({ name, start, valueStart: Math.min(at + 1, end), end })
    start = end
  }
  return fields
}

function endOfField(bytes: Buffer, start: number): number {
  let at = start
  do {
    const lineEnd = bytes.indexOf(lineFeed, at)
    if (lineEnd === -1) return bytes.length
    at = lineEnd + 1
  } while (bytes[at] === space || bytes[at] === tab)
  return at
}
