const lineFeed = 10
const hyphen = 45

/** Finds complete replies in what a server says, and gives their codes. */
export class ReplyCounter {
  #rest: Buffer = Buffer.alloc(0)

  /** Calls `reply` with the code of each reply that ends in `chunk`. */
  take(chunk: Buffer, reply: (code: number, text: Buffer) => void): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let end = data.indexOf(lineFeed); end >= 0; end = data.indexOf(lineFeed)) {
      const line = data.subarray(0, end + 1)
      data = data.subarray(end + 1)
      if (line[3] !== hyphen) reply(Number(line.toString('latin1', 0, 3)), line)
    }
    this.#rest = data
  }
}
