import { formatLongDate } from '../values/dates.ts'
import {
  Credential,
  type Field,
  HashTable,
  isList,
  Laid,
  type Layout,
  plainTable,
  ShellObject,
  type Value,
} from '../values/value.ts'
import { textOf } from '../values/text-of.ts'
import { listText } from './list-text.ts'
import { notation, withoutControls } from './notation.ts'
import { type Page, TableWriter } from './table-writer.ts'
import { type View, tableView } from '../values/view.ts'

/** The width of what does not go to a terminal: wide enough for the default tables. */
export const pipedWidth = 120

/** An object without a view is a table up to this many properties, and a list with more. */
const tableProperties = 4

const plainList: Layout = { kind: 'list' }
const credentialView = tableView('UserName', 'Password')
const tableEntryView = tableView('Name', 'Value')

/** A run of objects that share a table or a list. */
interface Block {
  readonly key: unknown
  readonly table: TableWriter | undefined
}

/**
 * Writes what comes out of a pipeline as text: objects as tables or lists, all else line by line.
 * `end()` must follow the last value.
 */
export class Renderer {
  readonly #page: Page
  #block: Block | undefined

  constructor(page: Page) {
    this.#page = page
  }

  write(value: Value): void {
    if (value === null) return
    if (isList(value)) {
      for (const each of value) this.write(each)
    } else if (value instanceof Laid) this.#laid(value, value.layout)
    else if (value instanceof ShellObject) this.#object(value)
    else if (value instanceof Credential) this.#object(credentialObject(value))
    else if (value instanceof HashTable) this.#table(value)
    else {
      this.end()
      this.#page.write(`${lineOf(value)}\n`)
    }
  }

  end(): void {
    this.#block?.table?.end()
    this.#block = undefined
  }

  #object(object: ShellObject): void {
    const fields = fieldsOf(object)
    const list =
      object.view === undefined ? fields.length > tableProperties : object.view.kind === 'list'
    const names = object.view === undefined ? [...object.properties.keys()].join('\n') : ''
    this.#laid(new Laid(list ? plainList : plainTable, fields), `${object.type}\n${names}`)
  }

  #table(table: HashTable): void {
    for (const [name, value] of table.entries) {
      const properties = { Name: name, Value: value }
      this.#object(new ShellObject({ type: 'Hashtable', properties, view: tableEntryView }))
    }
  }

  /** Writes what waits for the widths of its columns, for somebody who waits at a terminal. */
  flush(): void {
    this.#block?.table?.flush()
  }

  #laid({ layout, fields }: Laid, key: unknown): void {
    if (fields.length === 0) return
    const { table } = this.#blockFor(key, layout)
    if (table === undefined) this.#page.write(`${listText(fields, this.#page)}\n`)
    else table.row(fields)
  }

  #blockFor(key: unknown, layout: Layout): Block {
    const current = this.#block
    const sameKind = (current?.table === undefined) === (layout.kind === 'list')
    if (current !== undefined && current.key === key && sameKind) return current
    this.end()
    if (layout.group !== undefined) {
      const { title, value } = layout.group
      this.#page.write(`\n   ${title}: ${notation(value, this.#page.listLimit)}\n`)
    }
    const table = layout.kind === 'table' ? new TableWriter(layout, this.#page) : undefined
    if (table === undefined) this.#page.write('\n')
    return (this.#block = { key, table })
  }
}

function fieldsOf({ properties, view }: ShellObject): Field[] {
  if (view === undefined) return [...properties].map(([title, value]) => ({ title, value }))
  if (view.kind === 'list') {
    return view.properties.map((title) => ({ title, value: properties.get(title) ?? null }))
  }
  return tableFields(properties, view)
}

function tableFields(
  properties: ReadonlyMap<string, Value>,
  { columns }: Extract<View, { kind: 'table' }>,
): Field[] {
  return columns.map(({ property, title = property, ...rest }) => ({
    title,
    value: properties.get(property) ?? null,
    ...rest,
  }))
}

const credentialObject = ({ userName, password }: Credential) =>
  new ShellObject({
    type: 'PSCredential',
    properties: { UserName: userName, Password: password },
    view: credentialView,
  })

const lineOf = (value: Value) =>
  value instanceof Date ? formatLongDate(value) : withoutControls(textOf(value))
