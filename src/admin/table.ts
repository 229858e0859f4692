/** One column: its title, and the property of the objects that it shows. */
export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Longer values are cut and end in `...`, as Format-Table does. */
  readonly maxWidth?: number
}

/** Rows as a table in the manner of PowerShell's Format-Table; empty text without rows. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  if (rows.length === 0) return ''
  const cells = rows.map((row) => columns.map((column) => cut(column.value(row), column.maxWidth)))
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  )
  const text = (line: readonly string[]) =>
    `${line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd()}\n`
  const titles = columns.map(({ title }) => title)
  const rules = titles.map((title) => '-'.repeat(title.length))
  return `\n${[titles, rules, ...cells].map(text).join('')}\n`
}

function cut(value: string, maxWidth = Infinity): string {
  return value.length > maxWidth ? `${value.slice(0, maxWidth - 3)}...` : value
}
