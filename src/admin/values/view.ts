/**
 * What becomes of a column of a table when the screen is narrow: `whole` is not cut (it is to be
 * copied), `spare` is left out before any other.
 */
export type ColumnRoom = 'whole' | 'spare'

/** One column of a table that is shown when nothing else is asked for. */
export interface ViewColumn {
  readonly property: string
  /** The column's head, when it differs from the property's name. */
  readonly title?: string
  /** Longest width; longer values end in `...`. */
  readonly maxWidth?: number
  /** Without it numbers stand on the right, all else on the left. */
  readonly align?: 'left' | 'right'
  readonly room?: ColumnRoom
}

/** How objects of one kind are shown when no Format- command follows. */
export type View =
  | { readonly kind: 'table'; readonly columns: readonly ViewColumn[] }
  | { readonly kind: 'list'; readonly properties: readonly string[] }

/** A table view of the given properties. */
export const tableView = (...columns: readonly (string | ViewColumn)[]): View => ({
  kind: 'table',
  columns: columns.map((column) => (typeof column === 'string' ? { property: column } : column)),
})
