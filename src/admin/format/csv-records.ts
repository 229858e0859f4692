/** Longest record: an open quote must not gather a whole file. */
const longestRecord = 10_000_000

/**
 * The records of CSV text, field by field. A field in quotes may hold the delimiter, doubled quotes and
 * line ends; empty lines and `#TYPE` lines are left out. A quote that is still open at the end is closed there.
 */
export async function* csvRecords(
  lines: AsyncIterable<string>,
  delimiter: string,
): AsyncGenerator<readonly string[]> {
  let waiting: string | undefined
  for await (const line of lines) {
    if (waiting === undefined && (line === '' || line.startsWith('#TYPE '))) continue
    const text: string = waiting === undefined ? line : `${waiting}\n${line}`
    const fields = fieldsOf(text, delimiter)
    waiting = fields.isOpen && text.length < longestRecord ? text : undefined
    if (waiting === undefined) yield fields.values
  }
  if (waiting !== undefined) yield fieldsOf(waiting, delimiter).values
}

/** The fields of one record, and whether its last quote is still open. */
function fieldsOf(
  text: string,
  delimiter: string,
): { readonly values: readonly string[]; readonly isOpen: boolean } {
  const values: string[] = []
  let at = 0
  for (;;) {
    let value = ''
    if (text.charAt(at) === '"') {
      const close = closingQuote(text, at)
      value = text.slice(at + 1, close === -1 ? undefined : close).replaceAll('""', '"')
      if (close === -1) return { values: [...values, value], isOpen: true }
      at = close + 1
    }
    const end = text.indexOf(delimiter, at)
    values.push(value + text.slice(at, end === -1 ? undefined : end))
    if (end === -1) return { values, isOpen: false }
    at = end + delimiter.length
  }
}

function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charAt(at + 1) !== '"') return at
  }
  return -1
}
