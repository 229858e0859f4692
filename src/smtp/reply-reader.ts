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

/** One line of a reply behind its code. */
interface ReplyLine {
  readonly enhanced: string | undefined
  /** With the enhanced code. */
  readonly text: string
}

/**
 * Turns the octets that a server sends into replies. Lines may end in a bare LF. Where the lines of a
 * reply differ in code the last one decides (RFC 5321 4.2.1 has them alike, some relays put another
 * server's lines into theirs). The enhanced code is split off where the reply has one; control
 * characters become spaces, so a reply can be shown anywhere. After a fault nothing more is read.
 */
export class ReplyReader {
  readonly #limits: ReplyLimits
  readonly #onLine: (line: string) => string
  /** Octets of a line that has not ended yet. */
  #rest: Buffer | undefined
  #lines: ReplyLine[] = []
  #fault: string | undefined

  /**
   * `onLine` sees each line as it came (control characters blanked), for the protocol log, and gives what
   * is to be read in its place.
   */
  constructor(onLine: (line: string) => string = (line) => line, limits = defaultReplyLimits) {
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

  #line(received: string): Reply | undefined {
    if (this.#fault !== undefined) return undefined
    const line = this.#onLine(received)
    const [whole, code, sign, text = ''] = lineShape.exec(line) ?? []
    if (whole === undefined) {
      this.#fault = `malformed reply: ${line.slice(0, 200)}`
      return undefined
    }
    this.#lines.push({ enhanced: enhancedShape.exec(text)?.[1], text })
    if (sign !== '-') return this.#take(Number(code))
    if (this.#lines.length >= this.#limits.lines)
      this.#fault = `reply longer than ${this.#limits.lines} lines`
    return undefined
  }

  #take(code: number): Reply {
    const taken = this.#lines
    this.#lines = []
    const enhanced = enhancedOf(taken, code)
    if (enhanced === undefined) return { code, lines: taken.map(({ text }) => text) }
    const lines = taken.map((line) =>
      line.enhanced === enhanced ? line.text.slice(enhanced.length + 1) : line.text,
    )
    return { code, enhanced, lines }
  }
}

/** That of the last line, or else the first of the same class as the code. */
function enhancedOf(lines: readonly ReplyLine[], code: number): string | undefined {
  const last = lines.at(-1)?.enhanced
  if (last !== undefined || lines.length === 1) return last
  const kind = String(code).charAt(0)
  return lines.find(({ enhanced }) => enhanced?.startsWith(kind))?.enhanced
}
