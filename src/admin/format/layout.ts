import type { Value } from '../values/value.ts'

/** A value with its title, as one row of a list or one cell of a table shows it. */
export interface Field {
  readonly title: string
  readonly value: Value
  readonly maxWidth?: number
  readonly align?: 'left' | 'right'
  readonly room?: ColumnRoom
}

/**
 * What becomes of a column of a table when the screen is narrow: `whole` is not cut (it is to be
 * copied), `spare` is left out before any other.
 */
export type ColumnRoom = 'whole' | 'spare'

/** How a run of objects is laid out. */
export type Layout =
  | { readonly kind: 'list'; readonly group?: Group }
  | {
      readonly kind: 'table'
      /** Give each column its full width where the screen allows. */
      readonly autoSize: boolean
      /** Long values go on in the next line instead of being cut. */
      readonly wrap: boolean
      readonly hideHeaders: boolean
      readonly group?: Group
    }

/** What the objects of a run agree in, told above them. */
export interface Group {
  readonly title: string
  readonly value: Value
}

/** A table as it is shown when nothing is said. */
export const plainTable: Layout = {
  kind: 'table',
  autoSize: false,
  wrap: false,
  hideHeaders: false,
}

/**
 * What Format-List and Format-Table put out: fields chosen from an object, to be written as text at
 * the end of the pipeline, where the width is known. Objects with the same layout belong together.
 */
export class Laid {
  readonly layout: Layout
  readonly fields: readonly Field[]

  constructor(layout: Layout, fields: readonly Field[]) {
    this.layout = layout
    this.fields = fields
  }

  toString(): string {
    return 'Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData'
  }
}
