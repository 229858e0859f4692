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
  readonly properties: ReadonlyMap<string, Value>
  readonly view: View | undefined
  #spellings: ReadonlyMap<string, string> | undefined

  constructor({ type, properties, view }: ObjectParts) {
    this.type = type
    this.properties = properties instanceof Map ? properties : new Map(Object.entries(properties))
    this.view = view
  }

  /** The property's value; undefined when there is no such property. */
  get(name: string): Value | undefined {
    const exact = this.properties.get(name)
    if (exact !== undefined) return exact
    const spelling = this.spelling(name)
    return spelling === undefined ? undefined : this.properties.get(spelling)
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
