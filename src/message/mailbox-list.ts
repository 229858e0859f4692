import { headerText } from './header-block.ts'

/** One element of a field that lists addresses (RFC 5322 3.4), by where its octets stand. */
export interface ListedMailbox {
  /** `local@domain` without comments, blanks and source route; undefined where an element names no address. */
  readonly address: string | undefined
  /** Of the octets that spell the address, angle brackets not included; of all of the element without one. */
  readonly start: number
  readonly end: number
}

interface Token {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Words, quoted texts (one without an end takes the rest) and domain literals; what else stands alone. */
const tokenShape = /"(?:[^"\\]|\\[^])*(?:"|\\?$)|\[[^[\]\\]*\]|[^\s"<>(),;:[\]\\]+|[^]/y
const folds = /\s+/y

/** So many words of a field are read before others may go first. */
const wordsAtOnce = 256

/**
 * The mailboxes in the value of From, To and their like, from its octets: groups opened, encoded words
 * and quoted names left alone. Never throws: what cannot be read is an element without an address. A long
 * field, which a stranger may have written, also gives undefined now and then: that is the time to let
 * others go first.
 */
export function mailboxes(octets: Buffer): Generator<ListedMailbox | undefined, void, void> {
  return new MailboxReader(octets.toString('latin1')).read()
}

/** The same at once, for fields that are known to be short, or to come from ourselves. */
export function mailboxesIn(octets: Buffer): readonly ListedMailbox[] {
  return [...mailboxes(octets)].filter((each) => each !== undefined)
}

/** Reads one value, an octet being one character. Each octet is looked at a bounded number of times. */
class MailboxReader {
  readonly #text: string
  /** The words of the element so far, outside of angle brackets. */
  #words: Token[] = []
  /** What stands in the element's angle brackets. */
  #angle: Token[] | undefined
  #inAngle = false
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  *read(): Generator<ListedMailbox | undefined, void, void> {
    let read = 0
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (++read % wordsAtOnce === 0) yield undefined
      const element = this.#take(token)
      if (element !== undefined) yield element
    }
    const last = this.#endElement()
    if (last !== undefined) yield last
  }

  /** Takes a word; gives the element that it ends. */
  #take(token: Token): ListedMailbox | undefined {
    const { text } = token
    if (this.#inAngle) {
      if (text === '>') this.#inAngle = false
      else this.#angle?.push(token)
    } else if (text === ',' || text === ';') {
      return this.#endElement()
    } else if (text === ':' && this.#angle === undefined) {
      // The name of a group; its members follow.
      this.#words = []
    } else if (text === '<' && this.#angle === undefined) {
      this.#angle = []
      this.#inAngle = true
    } else {
      this.#words.push(token)
    }
    return undefined
  }

  /** The next token; comments and blanks are none. */
  #next(): Token | undefined {
    for (;;) {
      folds.lastIndex = this.#at
      this.#at += folds.exec(this.#text)?.[0].length ?? 0
      if (this.#text[this.#at] !== '(') break
      this.#at = endOfComment(this.#text, this.#at)
    }
    tokenShape.lastIndex = this.#at
    const text = tokenShape.exec(this.#text)?.[0]
    if (text === undefined) return undefined
    const start = this.#at
    this.#at += text.length
    return { start, end: this.#at, text }
  }

  #endElement(): ListedMailbox | undefined {
    const isBracketed = this.#angle !== undefined
    const tokens = this.#angle ?? this.#words
    this.#words = []
    this.#angle = undefined
    const spelled = withoutRoute(tokens)
    const [first, last] = [spelled[0] ?? tokens[0], spelled.at(-1) ?? tokens.at(-1)]
    if (first === undefined || last === undefined) return undefined
    const address = headerText(Buffer.from(spelled.map(({ text }) => text).join(''), 'latin1'))
    const isOne = (isBracketed || isSpelledAlone(spelled)) && isAddressLike(address)
    return { address: isOne ? address : undefined, start: first.start, end: last.end }
  }
}

/** The tokens of the address alone (RFC 5322 4.4: `<@relay.example,@other.example:local@domain>`). */
function withoutRoute(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.text.startsWith('@') !== true) return tokens
  return tokens.slice(tokens.findIndex(({ text }) => text === ':') + 1)
}

/** Words side by side are a name; those of an address are parted by a dot or the at sign. */
function isSpelledAlone(tokens: readonly Token[]): boolean {
  return tokens.every(({ text }, index) => {
    const before = tokens[index - 1]?.text ?? '.'
    return /[.@]$/.test(before) || /^[.@]/.test(text) || before.endsWith('@')
  })
}

function isAddressLike(text: string): boolean {
  return /^(?:"(?:[^"\\]|\\[^])*"|[^\s"<>(),;:@[\]\\]+)@(?:\[[^[\]\\\s]*\]|[^\s"<>(),;:@[\]\\]+)$/.test(
    text,
  )
}

/** Behind the comment that begins at `start`; one without an end takes the rest. */
function endOfComment(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at + 1
  }
  return text.length
}
