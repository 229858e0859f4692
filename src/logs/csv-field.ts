/**
 * A value as a CSV field: quoted when it has a comma or a quote. Control characters become spaces, so a
 * peer can neither begin a record of its own nor write to the terminal of who reads the log.
 */
export function csvField(value: string): string {
  if (!/[",\x00-\x1f\x7f-\x9f]/.test(value)) return value
  const harmless = value.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** The values of one record; quotes that do not fit stand for themselves. */
export function csvValues(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const values: string[] = []
  for (let at = 0; at <= line.length;) {
    const quoted = line[at] === '"'
    const close = quoted ? endOfQuoted(line, at) : -1
    const comma = line.indexOf(',', quoted ? close : at)
    const end = comma === -1 ? line.length : comma
    const value = line.slice(quoted ? at + 1 : at, quoted ? close : end)
    values.push(quoted ? value.replaceAll('""', '"') : value)
    at = end + 1
  }
  return values
}

/** Where the quote stands that ends the value begun at `start`; the line's end when there is none. */
function endOfQuoted(line: string, start: number): number {
  let at = line.indexOf('"', start + 1)
  while (at !== -1 && line[at + 1] === '"') at = line.indexOf('"', at + 2)
  return at === -1 ? line.length : at
}
