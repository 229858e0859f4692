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

/**
 * The mailboxes in the value of From, To and their like, from its octets: groups opened, encoded words
 * and quoted names left alone. Never throws: what cannot be read is an element without an address.
 */
export function mailboxesIn(octets: Buffer): readonly ListedMailbox[] {
  return new MailboxReader(octets.toString('latin1')).read()
}

/** Reads one value, an octet being one character. Each octet is looked at a bounded number of times. */
class MailboxReader {
  readonly #text: string
  readonly #found: ListedMailbox[] = []
  /** The words of the element so far, outside of angle brackets. */
  #words: Token[] = []
  /** What stands in the element's angle brackets. */
  #angle: readonly Token[] | undefined
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly ListedMailbox[] {
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token.text === ':' && this.#angle === undefined) {
        // The name of a group; its members follow.
        this.#words = []
      } else if (token.text === ',' || token.text === ';') {
        this.#endElement()
      } else if (token.text === '<' && this.#angle === undefined) {
        this.#angle = this.#inAngle()
      } else {
        this.#words.push(token)
      }
    }
    this.#endElement()
    return this.#found
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

  #inAngle(): readonly Token[] {
    const tokens: Token[] = []
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token.text === '>') break
      tokens.push(token)
    }
    return tokens
  }

  #endElement(): void {
    const tokens = this.#angle ?? this.#words
    const spelled = withoutRoute(tokens)
    const [first, last] = [spelled[0] ?? tokens[0], spelled.at(-1) ?? tokens.at(-1)]
    if (first !== undefined && last !== undefined) {
      const address = headerText(Buffer.from(spelled.map(({ text }) => text).join(''), 'latin1'))
      const isOne = this.#angle !== undefined || isSpelledAlone(spelled)
      this.#found.push({
        address: isOne && isAddressLike(address) ? address : undefined,
        start: first.start,
        end: last.end,
      })
    }
    this.#words = []
    this.#angle = undefined
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
