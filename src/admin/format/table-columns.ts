import type { Field, Value } from '../values/value.ts'
import { textWidth } from './text-width.ts'

/** A column of a table with its place on the screen settled. */
export interface TableColumn {
  readonly title: string
  readonly width: number
  readonly align: 'left' | 'right'
  /** Its place among the cells of a row. */
  readonly cell: number
}

/** Columns, and the titles of those that are missed because there was no room. */
export interface FittedColumns {
  readonly columns: readonly TableColumn[]
  readonly dropped: readonly string[]
}

/** What is known of a column before the width of the screen is considered. */
interface Wish extends Omit<TableColumn, 'width'> {
  readonly natural: number
  /** Below this the column is not worth showing. */
  readonly least: number
  readonly spare: boolean
}

const leastWidth = 8

/**
 * Settles the columns of a table from its first rows: as wide as what they hold; when that is too
 * much for the screen the widest are narrowed first, and columns that still do not fit are left out: spare
 * ones, then the last ones.
 */
export function fitColumns(
  rows: readonly { readonly fields: readonly Field[]; readonly cells: readonly string[] }[],
  options: { readonly width: number; readonly autoSize: boolean },
): FittedColumns {
  const wishes = (rows[0]?.fields ?? []).map((field, at): Wish => {
    const widest = Math.max(...rows.map(({ cells }) => textWidth(cells[at] ?? '')))
    const limit = options.autoSize ? Infinity : (field.maxWidth ?? Infinity)
    const title = textWidth(field.title)
    const natural = Math.min(Math.max(title, Math.min(widest, limit), 1), options.width)
    // The first column names the object, and is worth more room than the others.
    const worth = at === 0 ? Math.floor(options.width / 4) : leastWidth
    const narrow = Math.min(natural, Math.max(title, worth))
    const least = field.room === 'whole' ? Math.min(natural, options.width >> 1) : narrow
    const align = alignOf(field, columnOf(rows, at))
    return { title: field.title, align, cell: at, natural, least, spare: field.room === 'spare' }
  })
  const kept = [...wishes]
  while (kept.length > 1 && total(kept.map(({ least }) => least)) > options.width) {
    const spare = kept.findLastIndex((wish) => wish.spare)
    kept.splice(spare === -1 ? kept.length - 1 : spare, 1)
  }
  const widths = narrowed(kept, options.width)
  return {
    columns: kept.map(({ title, align, cell }, at) => ({
      title,
      align,
      cell,
      width: widths[at] ?? 0,
    })),
    dropped: wishes.filter((wish) => !wish.spare && !kept.includes(wish)).map(({ title }) => title),
  }
}

const columnOf = (rows: readonly { readonly fields: readonly Field[] }[], at: number) =>
  rows.map(({ fields }) => fields[at]?.value ?? null)

function alignOf({ align }: Field, values: readonly Value[]): 'left' | 'right' {
  if (align !== undefined) return align
  const given = values.filter((value) => value !== null)
  return given.length > 0 && given.every((value) => typeof value === 'number') ? 'right' : 'left'
}

/** With one blank between two columns. */
const total = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, 0) + widths.length - 1

/** The greatest widths that fit, all those above one common level being cut to it. */
function narrowed(wishes: readonly Wish[], width: number): number[] {
  for (let level = width; level > leastWidth; level--) {
    const widths = wishes.map(({ natural, least }) => Math.max(least, Math.min(natural, level)))
    if (total(widths) <= width) return widths
  }
  return wishes.map(({ least }) => Math.min(least, width))
}
