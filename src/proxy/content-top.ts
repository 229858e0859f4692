import type { Bytes } from '../base/byte-size.ts'
import { HeaderCollector } from '../message/header-collector.ts'
import type { SplitContent } from '../message/header-collector.ts'
import { withoutStrayLines } from '../message/stray-lines.ts'

const nothing = Buffer.alloc(0)
const lineEnd = Buffer.from('\r\n')

/** A blank, which would fold the field above it, a quote, and what a byte order mark begins with. */
const oddStarts: readonly (number | undefined)[] = [0x20, 0x09, 0x3e, 0xef]
const mailboxStart = 'From '

/**
 * Content that goes behind a trace field of ours. The few that begin with a fold, a line of an mbox file
 * or a byte order mark have their header held until it is whole, and taken out what belongs to no field:
 * below another field it would be part of that, or end the header. All else passes as it is.
 */
export class ContentTop {
  readonly #maxHeaderSize: Bytes
  #state: 'start' | HeaderCollector | 'passing' = 'start'
  #pushed: Bytes = 0

  constructor(maxHeaderSize: Bytes) {
    this.#maxHeaderSize = maxHeaderSize
  }

  /** What may go on after this chunk; empty while the header is held. */
  push(chunk: Buffer): Buffer {
    if (this.#state === 'passing' || chunk.length === 0) return chunk
    if (this.#state === 'start') {
      this.#state = isOdd(chunk) ? new HeaderCollector(this.#maxHeaderSize) : 'passing'
    }
    return this.#state === 'passing' ? chunk : this.#collect(this.#state, chunk)
  }

  /** What is left when nothing follows. */
  end(): Buffer {
    const state = this.#state
    this.#state = 'passing'
    return state instanceof HeaderCollector ? withFieldsAlone(state.end()) : nothing
  }

  #collect(collector: HeaderCollector, chunk: Buffer): Buffer {
    const progress = collector.push(chunk)
    this.#pushed += chunk.length
    if (progress.kind === 'more') return nothing
    this.#state = 'passing'
    if (progress.kind === 'complete') return withFieldsAlone(progress)
    // Whoever takes it will refuse it for its size; that is not for us to say.
    const { header, body } = collector.end()
    const held = Buffer.concat([header.bytes, body])
    return Buffer.concat([held, chunk.subarray(chunk.length - (this.#pushed - held.length))])
  }
}

/** A start that is too short to tell is taken for one. */
function isOdd(start: Buffer): boolean {
  if (oddStarts.includes(start[0])) return true
  return mailboxStart.startsWith(start.toString('latin1', 0, mailboxStart.length))
}

function withFieldsAlone({ header, body, separatorLength }: SplitContent): Buffer {
  const { bytes } = withoutStrayLines(header)
  const between = separatorLength === 0 && body.length > 0 ? lineEnd : nothing
  return Buffer.concat([bytes, between, body])
}
