import { coloured } from './colour.ts'
import type { Field, Layout } from '../values/value.ts'
import { notation } from './notation.ts'
import { type FittedColumns, fitColumns } from './table-columns.ts'
import { cut, padded, textWidth, wrapped } from './text-width.ts'

/** Rows that are looked at for the widths of the columns; all further ones must make do. */
const sampleRows = 200
const sampleRowsAutoSize = 10_000

/** Where text goes, and how much room there is. */
export interface Page {
  readonly width: number
  readonly colour: boolean
  /** How many elements of a list are shown. */
  readonly listLimit: number
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
}

interface Row {
  readonly fields: readonly Field[]
  readonly cells: readonly string[]
}

/** Writes objects as a table, row by row; only the first rows wait until the widths are known. */
export class TableWriter {
  readonly #layout: Extract<Layout, { kind: 'table' }>
  readonly #page: Page
  #waiting: Row[] = []
  #fitted: FittedColumns | undefined
  /** Whether the widths were settled before there were rows enough to know them. */
  #early = false

  constructor(layout: Extract<Layout, { kind: 'table' }>, page: Page) {
    this.#layout = layout
    this.#page = page
  }

  row(fields: readonly Field[]): void {
    const cells = fields.map(({ value }) =>
      notation(value, this.#page.listLimit).replaceAll(/\s*\n\s*/g, ' '),
    )
    const row = { fields, cells }
    if (this.#fitted !== undefined && !this.#needsMoreRoom(row, this.#fitted)) {
      this.#page.write(this.#rowText(row, this.#fitted))
      return
    }
    // A row that finds its columns too narrow begins the table anew.
    this.#fitted = undefined
    this.#waiting.push(row)
    const enough = this.#layout.autoSize ? sampleRowsAutoSize : sampleRows
    if (this.#waiting.length >= enough) this.#begin()
  }

  /** Settles the columns by the rows there are, and writes these. */
  flush(): void {
    if (this.#fitted !== undefined || this.#waiting.length === 0) return
    this.#begin()
    this.#early = true
  }

  end(): void {
    this.flush()
    this.#page.write('\n')
  }

  /** Whether a row has to be cut only because those before it were short. */
  #needsMoreRoom(row: Row, { columns }: FittedColumns): boolean {
    if (!this.#early || this.#layout.wrap) return false
    const cutIn = columns.filter(({ cell, width }) => textWidth(row.cells[cell] ?? '') > width)
    if (cutIn.length === 0) return false
    const wider = new Map(this.#fit([row]).columns.map(({ cell, width }) => [cell, width]))
    return cutIn.some(({ cell, width }) => (wider.get(cell) ?? 0) > width)
  }

  #fit(rows: readonly Row[]): FittedColumns {
    return fitColumns(rows, { width: this.#page.width, autoSize: this.#layout.autoSize })
  }

  #begin(): void {
    const fitted = this.#fit(this.#waiting)
    this.#fitted = fitted
    this.#early = false
    for (const title of fitted.dropped) {
      this.#page.warn(`column "${title}" does not fit into the display and it was removed.`)
    }
    const rows = this.#waiting.map((row) => this.#rowText(row, fitted)).join('')
    this.#waiting = []
    this.#page.write(`\n${this.#layout.hideHeaders ? '' : this.#head(fitted)}${rows}`)
  }

  #head({ columns }: FittedColumns): string {
    const titles = columns.map(({ title, width, align }) => padded(cut(title, width), width, align))
    const rules = columns.map(({ title, width, align }) =>
      padded('-'.repeat(Math.min(title.length, width)), width, align),
    )
    const head = `${titles.join(' ').trimEnd()}\n${rules.join(' ').trimEnd()}\n`
    return coloured(head, 'title', this.#page.colour)
  }

  #rowText({ cells }: Row, { columns }: FittedColumns): string {
    const lines = columns.map(({ width, cell: at }) => {
      const cell = cells[at] ?? ''
      return this.#layout.wrap ? wrapped(cell, width) : [cut(cell, width)]
    })
    const height = Math.max(...lines.map((cell) => cell.length))
    return Array.from({ length: height }, (_, line) => {
      const texts = columns.map(({ width, align }, at) =>
        padded(lines[at]?.[line] ?? '', width, align),
      )
      return `${texts.join(' ').trimEnd()}\n`
    }).join('')
  }
}
