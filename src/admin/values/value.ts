import { type Bytes, formatByteSize } from '../../base/byte-size.ts'
import { type Milliseconds, formatTimeSpan } from '../../base/time-span.ts'
import type { Script } from '../grammar/syntax.ts'
import type { ColumnRoom, View } from './view.ts'

/**
 * What flows through a pipeline, is kept in a variable and stands in a property. Enumerated values
 * are strings; an unlimited count is `Infinity`.
 */
export type Value =
  | null
  | boolean
  | number
  | string
  | Date
  | Uint8Array
  | readonly Value[]
  | ByteSize
  | TimeSpan
  | Flags
  | HashTable
  | SecureString
  | Credential
  | ScriptBlock
  | ShellObject
  | Laid

/** A size, shown as `35 MB (36,700,160 bytes)`; compared and written for scripts as bytes. */
export class ByteSize {
  readonly bytes: Bytes

  constructor(bytes: Bytes) {
    this.bytes = bytes
  }

  toString(): string {
    return formatByteSize(this.bytes)
  }
}

/** A length of time, shown as `00:10:00` or `2.00:00:00`. */
export class TimeSpan {
  readonly milliseconds: Milliseconds

  constructor(milliseconds: Milliseconds) {
    this.milliseconds = milliseconds
  }

  toString(): string {
    const { milliseconds } = this
    if (milliseconds === Infinity) return 'Unlimited'
    return milliseconds < 0 ? `-${formatTimeSpan(-milliseconds)}` : formatTimeSpan(milliseconds)
  }
}

/** A set of names kept as one value, shown as `Tls, BasicAuth`. */
export class Flags {
  readonly names: readonly string[]

  constructor(names: readonly string[]) {
    this.names = names
  }

  toString(): string {
    return this.names.length === 0 ? 'None' : this.names.join(', ')
  }
}

/** `@{Name=value}`; names are compared without case and keep their order. */
export class HashTable {
  readonly #entries = new Map<string, readonly [name: string, value: Value]>()

  constructor(entries: readonly (readonly [name: string, value: Value])[]) {
    for (const [name, value] of entries) this.set(name, value)
  }

  get entries(): readonly (readonly [name: string, value: Value])[] {
    return [...this.#entries.values()]
  }

  get(name: string): Value | undefined {
    return this.#entries.get(name.toLowerCase())?.[1]
  }

  set(name: string, value: Value): void {
    const key = name.toLowerCase()
    this.#entries.set(key, [this.#entries.get(key)?.[0] ?? name, value])
  }

  delete(name: string): boolean {
    return this.#entries.delete(name.toLowerCase())
  }

  toString(): string {
    return 'System.Collections.Hashtable'
  }
}

/** A text that is never shown: only `reveal()` gives it, to the code that must use it. */
export class SecureString {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): string {
    return 'System.Security.SecureString'
  }

  toJSON(): string {
    return this.toString()
  }
}

/** A user name with its password, as `Get-Credential` asks for them. */
export class Credential {
  readonly userName: string
  readonly password: SecureString

  constructor(userName: string, password: SecureString) {
    this.userName = userName
    this.password = password
  }

  toString(): string {
    return 'System.Management.Automation.PSCredential'
  }
}

/** `{ … }`, not run yet. */
export class ScriptBlock {
  readonly body: Script
  /** The text between the braces. */
  readonly source: string
  /** The whole text in which the block stands, to which the places in `body` belong. */
  readonly origin: string

  constructor(body: Script, text: { readonly source: string; readonly origin: string }) {
    this.body = body
    this.source = text.source
    this.origin = text.origin
  }

  toString(): string {
    return this.source
  }
}

/** What an object is made of. */
export interface ObjectParts {
  /** The name of its kind, the same for objects shown in one table: `ReceiveConnector`. */
  readonly type: string
  /** In the order in which Format-List shows them. */
  readonly properties: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>
  /** How it is shown when nothing is said. Without one: up to four properties as a table. */
  readonly view?: View
}

/** An object of the shell: named properties in an order. Names are compared without case. */
export class ShellObject {
  readonly type: string
  readonly view: View | undefined
  #properties: ReadonlyMap<string, Value>
  /** Set once a property was changed: the map given to the constructor belongs to others too. */
  #own: Map<string, Value> | undefined
  #spellings: ReadonlyMap<string, string> | undefined

  constructor({ type, properties, view }: ObjectParts) {
    this.type = type
    this.#properties = properties instanceof Map ? properties : new Map(Object.entries(properties))
    this.view = view
  }

  get properties(): ReadonlyMap<string, Value> {
    return this.#properties
  }

  /** The property's value; undefined when there is no such property. */
  get(name: string): Value | undefined {
    const exact = this.properties.get(name)
    if (exact !== undefined) return exact
    const spelling = this.spelling(name)
    return spelling === undefined ? undefined : this.properties.get(spelling)
  }

  /** Gives a property that is there another value; false when there is none of the name. */
  set(name: string, value: Value): boolean {
    const spelling = this.spelling(name)
    if (spelling === undefined) return false
    this.#own ??= new Map(this.#properties)
    this.#own.set(spelling, value)
    this.#properties = this.#own
    return true
  }

  /** The property's name as the object writes it. */
  spelling(name: string): string | undefined {
    this.#spellings ??= new Map([...this.properties.keys()].map((key) => [key.toLowerCase(), key]))
    return this.#spellings.get(name.toLowerCase())
  }

  /** As PowerShell writes an object into a text: its identity where it has one. */
  toString(): string {
    const named = this.get('Identity') ?? this.get('Name')
    return named === undefined || named === null ? this.type : textOfName(named)
  }
}

const textOfName = (value: Value) => (typeof value === 'object' ? '' : String(value))

/** A value with its title, as one row of a list or one cell of a table shows it. */
export interface Field {
  readonly title: string
  readonly value: Value
  readonly maxWidth?: number
  readonly align?: 'left' | 'right'
  readonly room?: ColumnRoom
}

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

/** Whether a value is a list; a plain `Array.isArray` loses the element type. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

/** The values one by one: a list's elements, nothing for null, else the value itself. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}
