const carriageReturn = 0x0d
const lineFeed = 0x0a

/** Turns bare CR and bare LF into CRLF in content that comes in pieces; message/rfc822 needs that. */
export class CrlfLines {
  /** The last piece ended with a CR that is held back until the next octet is known. */
  #heldReturn = false

  push(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk
    const content = this.#heldReturn ? Buffer.concat([Buffer.from('\r'), chunk]) : chunk
    this.#heldReturn = content.at(-1) === carriageReturn
    return repaired(this.#heldReturn ? content.subarray(0, -1) : content)
  }

  /** What is still held back. */
  end(): Buffer {
    const rest = Buffer.from(this.#heldReturn ? '\r\n' : '')
    this.#heldReturn = false
    return rest
  }
}

function repaired(content: Buffer): Buffer {
  const missing = bareEnds(content)
  if (missing === 0) return content
  const result = Buffer.allocUnsafe(content.length + missing)
  let to = 0
  for (let at = 0; at < content.length; at++) {
    const octet = content[at] ?? 0
    if (octet === lineFeed && content[at - 1] !== carriageReturn) to = put(result, to, '\r\n')
    else if (octet === carriageReturn && content[at + 1] !== lineFeed) to = put(result, to, '\r\n')
    else result[to++] = octet
  }
  return result
}

function put(target: Buffer, at: number, text: string): number {
  return at + target.write(text, at, 'latin1')
}

function bareEnds(content: Buffer): number {
  let count = 0
  for (let at = content.indexOf(lineFeed); at !== -1; at = content.indexOf(lineFeed, at + 1)) {
    if (content[at - 1] !== carriageReturn) count++
  }
  for (let at = content.indexOf(carriageReturn); at !== -1;) {
    if (content[at + 1] !== lineFeed) count++
    at = content.indexOf(carriageReturn, at + 1)
  }
  return count
}
