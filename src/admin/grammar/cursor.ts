import { isBlank, isLineEnd } from './characters.ts'
import type { Place } from './syntax.ts'
import { SyntaxFailure } from './syntax-error.ts'

/** Deepest nesting of brackets and operators; keeps every later walk off the stack's end. */
const maximumDepth = 200

/** A place in the text that moves forward, with what every part of the grammar skips and reports. */
export class Cursor {
  readonly text: string
  at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
  }

  /** The character here, or `offset` further on; empty behind the end. */
  peek(offset = 0): string {
    return this.text.charAt(this.at + offset)
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  /** Moves on when `word` stands here. */
  take(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  /** Takes the longest run of characters that `fits`. */
  takeWhile(fits: (char: string) => boolean): string {
    const start = this.at
    while (!this.atEnd && fits(this.peek())) this.at++
    return this.text.slice(start, this.at)
  }

  placeFrom(start: number): Place {
    return { start, end: this.at }
  }

  /** Skips blanks, comments and continued lines: what may stand between two words. */
  skipBlanks(): void {
    for (;;) {
      const char = this.peek()
      if (isBlank(char)) this.at++
      else if (char === '`') {
        if (!this.#skipContinuation()) return
      } else if (char === '#') this.takeWhile((other) => !isLineEnd(other))
      else if (char === '<' && this.peek(1) === '#') this.#skipBlockComment()
      else return
    }
  }

  /** Skips blanks and line ends: what may stand where more must follow. */
  skipLines(): void {
    this.skipBlanks()
    while (isLineEnd(this.peek())) {
      this.at++
      this.skipBlanks()
    }
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (this.#depth === maximumDepth) {
      this.fail('ScriptTooComplicated', 'The expression is nested too deeply; split it up.')
    }
    this.#depth++
    try {
      return parse()
    } finally {
      this.#depth--
    }
  }

  /** Ends the parse. Without a place the next word is meant. */
  fail(id: string, message: string, place: Place = this.#nextWord()): never {
    throw new SyntaxFailure({ ...place, id, message, incomplete: false })
  }

  /** Ends the parse; at the end of the text more input may mend it. */
  failUnlessMore(id: string, message: string, place: Place = this.#nextWord()): never {
    throw new SyntaxFailure({ ...place, id, message, incomplete: this.atEnd })
  }

  /** The word that stands here, for an error that names it. */
  nextWordText(): string {
    const { start, end } = this.#nextWord()
    return this.text.slice(start, end)
  }

  #nextWord(): Place {
    const rest = this.text.slice(this.at, this.at + 200)
    const word = /^([-\u2013\u2014\u2015]?[\p{L}\p{Nd}_.:\\]+|[^\s])/u.exec(rest)?.[0] ?? ''
    return { start: this.at, end: this.at + word.length }
  }

  #skipContinuation(): boolean {
    const line = /^`(\r\n|\r|\n)/.exec(this.text.slice(this.at, this.at + 3))
    if (line !== null) {
      this.at += line[0].length
      return true
    }
    if (this.at + 1 < this.text.length) return false
    const place = { start: this.at, end: this.at + 1 }
    this.at++
    return this.failUnlessMore('IncompleteLine', 'The line ends in a continuation mark (`).', place)
  }

  #skipBlockComment(): void {
    const place = { start: this.at, end: this.at + 2 }
    const close = this.text.indexOf('#>', this.at + 2)
    this.at = close === -1 ? this.text.length : close + 2
    if (close === -1) {
      this.failUnlessMore(
        'MissingTerminatorMultiLineComment',
        "The terminator '#>' is missing from the multiline comment.",
        place,
      )
    }
  }
}
