/** Content that its number alone tells: some fit into one row, some need many. */
export function numberedContent(number: number): Buffer {
  const size = number % 3 === 0 ? 90_000 : 500
  const content = Buffer.alloc(size, number % 256)
  content.write(`message ${number}`)
  return content
}
