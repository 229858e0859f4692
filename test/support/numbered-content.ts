/** Content as large as this has a file in the crash test. */
export const pieceBytes = 16 * 1024

/** A header that its number alone tells. */
export function numberedHeader(number: number): Buffer {
  return Buffer.from(`Subject: ${number}\r\n`)
}

/** A body that its number alone tells: some stands in its row, some needs a file. */
export function numberedBody(number: number): Buffer {
  const size = number % 3 === 0 ? 90_000 : 500
  const content = Buffer.alloc(size, number % 256)
  content.write(`message ${number}`)
  return content
}
