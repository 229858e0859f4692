import type { View } from '../format/view.ts'
import type { Value } from './value.ts'

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
