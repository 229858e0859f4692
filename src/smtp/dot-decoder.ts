import { LineEndCheck } from './line-end-check.ts'

const cr = 0x0d
const lf = 0x0a
const dot = 0x2e
const lineEndDot = Buffer.from('\r\n.')

/** What one piece of DATA content gave. */
export interface DecodedPiece {
  /** Content, possibly empty; a view of the piece it came from. */
  readonly content: Buffer
  /** Octets after the final dot's CRLF; present (possibly empty) exactly when the content ended. */
  readonly rest?: Buffer
}

/** What stands before the piece to come. */
type Before =
  /** The start of the content, or a CRLF. */
  | 'line-start'
  /** A CR, already given out. */
  | 'cr'
  /** A dot at the start of a line, held back. */
  | 'dot'
  /** A dot at the start of a line and a CR, both held back. */
  | 'dot-cr'
  | 'text'

/** What follows within a piece: text from an index on, the end of the content, or no more octets. */
type Step =
  | { readonly kind: 'text'; readonly from: number }
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'wait'; readonly before: Before }

/**
 * Undoes dot-stuffing (RFC 5321 4.5.2) and finds the end of DATA content. Only CRLF starts a line and
 * only CRLF.CRLF ends the content, wherever the pieces are cut: a lone CR or LF is content, so no
 * other spelling of the terminator can smuggle a second message in.
 */
export class DotDecoder {
  #before: Before = 'line-start'
  #nul = false
  readonly #lineEnds = new LineEndCheck()

  /** A CR or LF stood alone in the content so far. */
  get bareLineFeed(): boolean {
    return this.#lineEnds.bare
  }

  /** A NUL stood in the content so far. */
  get nul(): boolean {
    return this.#nul
  }

  /** Decodes the next piece, in place: the piece belongs to the decoder. Not for use after the end. */
  decode(piece: Buffer): DecodedPiece {
    if (piece.length === 0) return { content: piece }
    const heldCr = this.#before === 'dot-cr' && piece[0] !== lf
    const output = new Compaction(piece)
    let step = this.#resume(piece, output)
    while (step.kind === 'text') step = textStep(piece, step.from, output)
    const content = heldCr ? Buffer.concat([Buffer.of(cr), output.content]) : output.content
    // Taking a dot away never joins a CR to a LF, so the decoded octets tell as much as the raw ones.
    this.#lineEnds.add(content)
    this.#nul ||= content.includes(0)
    if (step.kind === 'end') return { content, rest: piece.subarray(step.at) }
    this.#before = step.before
    return { content }
  }

  #resume(piece: Buffer, output: Compaction): Step {
    switch (this.#before) {
      case 'text':
        return { kind: 'text', from: 0 }
      case 'line-start':
        return lineStart(piece, 0)
      case 'cr':
        if (piece[0] !== lf) return { kind: 'text', from: 0 }
        output.keep(0, 1)
        return lineStart(piece, 1)
      case 'dot':
        return afterDot(piece, 0)
      case 'dot-cr':
        return piece[0] === lf ? { kind: 'end', at: 1 } : { kind: 'text', from: 0 }
    }
  }
}

/** The octets kept of a piece, moved to its front. */
class Compaction {
  readonly #piece: Buffer
  #kept = 0

  constructor(piece: Buffer) {
    this.#piece = piece
  }

  get content(): Buffer {
    return this.#piece.subarray(0, this.#kept)
  }

  keep(from: number, to: number): void {
    if (from !== this.#kept) this.#move(from, to)
    this.#kept += to - from
  }

  #move(from: number, to: number): void {
    if (to - from > 32) {
      this.#piece.copyWithin(this.#kept, from, to)
      return
    }
    // A few octets are moved sooner by hand than by a native call.
    const distance = from - this.#kept
    for (let at = from; at < to; at++) this.#piece[at - distance] = this.#piece[at] ?? 0
  }
}

/** Keeps text from `from` up to the next line that starts with a dot, or to the end of the piece. */
function textStep(piece: Buffer, from: number, output: Compaction): Step {
  const hit = piece.indexOf(lineEndDot, from)
  if (hit === -1) {
    const before = endOfText(piece, from)
    output.keep(from, piece.length)
    return { kind: 'wait', before }
  }
  output.keep(from, hit + 2)
  return afterDot(piece, hit + 3)
}

/** What the text that runs from `from` to the end of the piece leaves for the next one. */
function endOfText(piece: Buffer, from: number): Before {
  const last = piece.length - 1
  if (piece[last] === cr) return 'cr'
  return last > from && piece[last] === lf && piece[last - 1] === cr ? 'line-start' : 'text'
}

function lineStart(piece: Buffer, at: number): Step {
  if (at === piece.length) return { kind: 'wait', before: 'line-start' }
  return piece[at] === dot ? afterDot(piece, at + 1) : { kind: 'text', from: at }
}

/** `at` is the index after a dot that starts a line; the dot itself is never content. */
function afterDot(piece: Buffer, at: number): Step {
  if (at === piece.length) return { kind: 'wait', before: 'dot' }
  if (piece[at] !== cr) return { kind: 'text', from: at }
  if (at + 1 === piece.length) return { kind: 'wait', before: 'dot-cr' }
  return piece[at + 1] === lf ? { kind: 'end', at: at + 2 } : { kind: 'text', from: at }
}
