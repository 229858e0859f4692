const cr = 0x0d
const lf = 0x0a
const oneCr = Buffer.of(cr)

/** The same octets with LF in place of each CRLF, wherever the pieces are cut; other CR stay. */
export async function* unixLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let endsInCr = false
  for await (const piece of pieces) {
    if (piece.length === 0) continue
    // The CR that the piece before ended with is a line end's with this LF alone.
    if (endsInCr && piece[0] !== lf) yield oneCr
    const converted = Buffer.allocUnsafe(piece.length)
    let length = 0
    let from = 0
    for (let at = piece.indexOf('\r\n'); at !== -1; at = piece.indexOf('\r\n', from)) {
      length += piece.copy(converted, length, from, at)
      from = at + 1
    }
    endsInCr = piece.at(-1) === cr
    length += piece.copy(converted, length, from, piece.length - (endsInCr ? 1 : 0))
    yield converted.subarray(0, length)
  }
  if (endsInCr) yield oneCr
}
