import type { Bytes } from '../base/byte-size.ts'
import type { Reply } from './reply.ts'

/** Bounds of one reply; a peer that goes beyond them is not speaking SMTP. */
export interface ReplyLimits {
  readonly lineLength: Bytes
  readonly lines: number
}

/** RFC 5321 4.5.3.1.5 allows 512 octets a line; long-winded peers send more. */
export const defaultReplyLimits: ReplyLimits = { lineLength: 4096, lines: 256 }

const lineFeed = 0x0a
const carriageReturn = 0x0d
const lineShape = /^([2-5]\d\d)(?:([ -])(.*))?$/s
const enhancedShape = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/
const controlCharacters = /[\x00-\x1f\x7f]/g

/**
 * Turns the octets that a server sends into replies. Lines may end in a bare LF. The enhanced code
 * is split off where the reply has one; control characters become spaces, so a reply can be shown
 * anywhere. After a fault nothing more is read.
 */
export class ReplyReader {
  readonly #limits: ReplyLimits
  readonly #onLine: (line: string) => void
  /** Octets of a line that has not ended yet. */
  #rest: Buffer | undefined
  #code = 0
  #enhanced: string | undefined
  #lines: string[] = []
  #fault: string | undefined

  /** `onLine` sees each line as it came (control characters blanked), for the protocol log. */
  constructor(onLine: (line: string) => void = () => undefined, limits = defaultReplyLimits) {
    this.#onLine = onLine
    this.#limits = limits
  }

  /** Why the octets are no SMTP reply; undefined as long as they are. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** Whether a reply has begun and not ended. */
  get midReply(): boolean {
    return this.#rest !== undefined || this.#lines.length > 0
  }

  /** Takes the next octets; returns the replies that they complete. */
  push(chunk: Buffer): readonly Reply[] {
    const replies: Reply[] = []
    let start = 0
    while (this.#fault === undefined) {
      const end = chunk.indexOf(lineFeed, start)
      if (end < 0) break
      const reply = this.#line(this.#complete(chunk.subarray(start, end)))
      if (reply !== undefined) replies.push(reply)
      start = end + 1
    }
    if (start < chunk.length && this.#fault === undefined) this.#keep(chunk.subarray(start))
    return replies
  }

  #complete(tail: Buffer): string {
    const line = this.#rest === undefined ? tail : Buffer.concat([this.#rest, tail])
    this.#rest = undefined
    if (line.length > this.#limits.lineLength) return this.#tooLong()
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length
    return line.toString('utf8', 0, end).replace(controlCharacters, ' ')
  }

  #keep(tail: Buffer): void {
    const rest = this.#rest === undefined ? Buffer.from(tail) : Buffer.concat([this.#rest, tail])
    this.#rest = rest
    if (rest.length > this.#limits.lineLength) this.#tooLong()
  }

  #tooLong(): string {
    this.#fault ??= `reply line longer than ${this.#limits.lineLength} octets`
    return ''
  }

  #line(line: string): Reply | undefined {
    if (this.#fault !== undefined) return undefined
    this.#onLine(line)
    const match = lineShape.exec(line)
    const code = Number(match?.[1])
    if (match === null || (this.#lines.length > 0 && code !== this.#code)) {
      this.#fault = `malformed reply: ${line.slice(0, 200)}`
      return undefined
    }
    this.#add(code, match[3] ?? '')
    if (match[2] !== '-') return this.#take()
    if (this.#lines.length >= this.#limits.lines)
      this.#fault = `reply longer than ${this.#limits.lines} lines`
    return undefined
  }

  #add(code: number, text: string): void {
    const enhanced = enhancedShape.exec(text)?.[1]
    if (this.#lines.length === 0) {
      this.#code = code
      this.#enhanced = enhanced
    }
    const repeated = enhanced !== undefined && enhanced === this.#enhanced
    this.#lines.push(repeated ? text.slice(enhanced.length + 1) : text)
  }

  #take(): Reply {
    const lines = this.#lines
    this.#lines = []
    if (this.#enhanced === undefined) return { code: this.#code, lines }
    return { code: this.#code, enhanced: this.#enhanced, lines }
  }
}
