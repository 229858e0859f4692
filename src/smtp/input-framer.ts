import type { Bytes } from '../base/byte-size.ts'
import { DotDecoder } from './dot-decoder.ts'

const cr = 0x0d
const lf = 0x0a
const nothing = Buffer.alloc(0)

/** One thing a client sent. */
export type Input =
  /** A command or authentication line, without its CRLF. */
  | { readonly kind: 'line'; readonly line: Buffer }
  /** A line that was dropped: longer than the limit, or with a CR or LF that stood alone. */
  | { readonly kind: 'bad-line'; readonly reason: 'too-long' | 'bare-line-end' }
  /** Octets of a message. The chunk belongs to the taker. */
  | { readonly kind: 'content'; readonly chunk: Buffer }
  /** DATA's final dot. `bareLineFeed`: a CR or LF stood alone; `nul`: a NUL stood in the content. */
  | { readonly kind: 'content-end'; readonly bareLineFeed: boolean; readonly nul: boolean }
  /** The last octet of a BDAT chunk was given. */
  | { readonly kind: 'chunk-end' }

export interface FramerLimits {
  /** Octets of a line with its CRLF (RFC 5321 4.5.3.1.4). */
  readonly maxLineLength: Bytes
}

type Mode =
  | { readonly kind: 'command' }
  | { readonly kind: 'data'; readonly decoder: DotDecoder; ended: boolean }
  | { readonly kind: 'chunk'; remaining: Bytes }

const commandMode: Mode = { kind: 'command' }

/**
 * Cuts what a client sends into lines and message content. The session pushes what the socket gives
 * and pulls the next input when it is ready for it, so pipelined commands wait their turn and content
 * starts exactly where the session says. Holds only what was pushed and not pulled, and nothing of a
 * line that is too long.
 */
export class InputFramer {
  readonly #maxLineLength: Bytes
  #mode: Mode = commandMode
  /** Octets not looked at yet; no chunk in it is empty. */
  #waiting: Buffer[] = []
  /** The beginning of a line whose end has not come. */
  #partial: Buffer = nothing
  /** The beginning was dropped because it is too long. */
  #overlong = false

  constructor({ maxLineLength }: FramerLimits) {
    this.#maxLineLength = maxLineLength
  }

  /** Octets were pushed that no input has given out: before a reply that must be waited for, the client did not wait. */
  get hasInput(): boolean {
    return this.#waiting.length > 0 || this.#partial.length > 0 || this.#overlong
  }

  /** Takes octets from the client; the chunk belongs to the framer. */
  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#waiting.push(chunk)
  }

  /** The next input; undefined until more octets are pushed. */
  next(): Input | undefined {
    switch (this.#mode.kind) {
      case 'command':
        return this.#nextLine()
      case 'data':
        return this.#nextContent(this.#mode)
      case 'chunk':
        return this.#nextOctets(this.#mode)
    }
  }

  /** What follows is DATA content, up to its final dot; then lines again. */
  startData(): void {
    this.#mode = { kind: 'data', decoder: new DotDecoder(), ended: false }
  }

  /** What follows is a BDAT chunk of `octets` raw octets, possibly none; then lines again. */
  startChunk(octets: Bytes): void {
    this.#mode = { kind: 'chunk', remaining: octets }
  }

  /** Forgets all that was pushed and not pulled, and expects a line (after STARTTLS, RFC 3207 4.2). */
  discard(): void {
    this.#mode = commandMode
    this.#waiting = []
    this.#partial = nothing
    this.#overlong = false
  }

  #nextLine(): Input | undefined {
    for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
      const end = chunk.indexOf(lf) + 1
      if (end > 0) {
        this.#putBack(chunk.subarray(end))
        return this.#endLine(chunk.subarray(0, end))
      }
      this.#holdPartial(chunk)
    }
    return undefined
  }

  #holdPartial(chunk: Buffer): void {
    this.#overlong ||= this.#partial.length + chunk.length >= this.#maxLineLength
    this.#partial = this.#overlong ? nothing : Buffer.concat([this.#partial, chunk])
  }

  /** `ending` ends with the LF. A lone LF ends a line too, a bad one, so a telnet user gets an answer. */
  #endLine(ending: Buffer): Input {
    const tooLong = this.#overlong || this.#partial.length + ending.length > this.#maxLineLength
    const line = this.#partial.length === 0 ? ending : Buffer.concat([this.#partial, ending])
    this.#partial = nothing
    this.#overlong = false
    if (tooLong) return { kind: 'bad-line', reason: 'too-long' }
    const length = line.length - 2
    if (length < 0 || line.indexOf(cr) !== length) {
      return { kind: 'bad-line', reason: 'bare-line-end' }
    }
    return { kind: 'line', line: line.subarray(0, length) }
  }

  #nextContent(mode: Mode & { kind: 'data' }): Input | undefined {
    while (!mode.ended) {
      const piece = this.#waiting.shift()
      if (piece === undefined) return undefined
      const { content, rest } = mode.decoder.decode(piece)
      if (rest !== undefined) {
        mode.ended = true
        this.#putBack(rest)
      }
      if (content.length > 0) return { kind: 'content', chunk: content }
    }
    this.#mode = commandMode
    const { bareLineFeed, nul } = mode.decoder
    return { kind: 'content-end', bareLineFeed, nul }
  }

  #nextOctets(mode: Mode & { kind: 'chunk' }): Input | undefined {
    if (mode.remaining === 0) {
      this.#mode = commandMode
      return { kind: 'chunk-end' }
    }
    const octets = this.#waiting.shift()
    if (octets === undefined) return undefined
    const chunk = octets.subarray(0, mode.remaining)
    this.#putBack(octets.subarray(chunk.length))
    mode.remaining -= chunk.length
    return { kind: 'content', chunk }
  }

  #putBack(rest: Buffer): void {
    if (rest.length > 0) this.#waiting.unshift(rest)
  }
}
