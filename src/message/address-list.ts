import { isMailbox } from '../smtp/address.ts'

/**
 * The addresses that an unfolded value of From or Sender names (RFC 5322 3.4), as they stand there.
 * Groups are opened and comments dropped; an address in the place of a name counts, too, for readers
 * are shown it. Undefined for a value that cannot be read, or names somebody without an address: a
 * reader might find another address in it than we do.
 */
export function addressesIn(value: string): readonly string[] | undefined {
  const elements = elementsOf(value)
  const addresses: string[] = []
  for (const { address, name } of elements ?? []) {
    const own = address?.trim().replace(/^@[^:]*:/, '')
    const only = withoutBlanks(own ?? name)
    if (isMailbox(only)) addresses.push(only)
    else if (own !== undefined) return undefined
    if (own !== undefined || !isMailbox(only))
      addresses.push(...name.split(/\s+/).filter(isMailbox))
  }
  if (elements === undefined) return undefined
  return addresses.length > 0 || value.trim() === '' ? addresses : undefined
}

/** What stands between two commas. */
interface Element {
  /** What stands in angle brackets, where it has them. */
  readonly address: string | undefined
  /** All else, without comments. */
  readonly name: string
}

const piece = /"(?:[^"\\]|\\.)*"|<[^<>]*>|[,;:]|[^"<>(),;:\\]+/y

function elementsOf(value: string): readonly Element[] | undefined {
  const elements: Element[] = []
  let address: string | undefined
  let name = ''
  const end = () => {
    elements.push({ address, name })
    address = undefined
    name = ''
  }
  for (let at = 0; at < value.length;) {
    const afterComment = endOfComment(value, at)
    if (afterComment > at) {
      at = afterComment
      continue
    }
    piece.lastIndex = at
    const [text] = piece.exec(value) ?? []
    if (text === undefined || (address !== undefined && !/^[,;:\s]/.test(text))) return undefined
    if (/^[,;:]/.test(text)) end()
    else if (text.startsWith('<')) address = text.slice(1, -1)
    else name += text
    at += text.length
  }
  end()
  return elements
}

/** Behind the comment that begins at `start`; `start` itself when none does. */
function endOfComment(value: string, start: number): number {
  let depth = 0
  for (let at = start; at < value.length; at++) {
    const character = value[at]
    if (character === '\\') at++
    else if (character === '(') depth++
    else if (character === ')') depth--
    if (depth <= 0) return depth < 0 || at === start ? start : at + 1
  }
  return value.length
}

/** Blanks around the dots and the at sign say nothing (RFC 5322 4.4). */
function withoutBlanks(text: string): string {
  return text.trim().replace(/\s*([.@])\s*/g, '$1')
}
