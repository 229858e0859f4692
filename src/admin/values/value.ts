import { type Bytes, formatByteSize } from '../../base/byte-size.ts'
import { type Milliseconds, formatTimeSpan } from '../../base/time-span.ts'
import type { Laid } from '../format/layout.ts'
import type { Script } from '../grammar/syntax.ts'
import type { ShellObject } from './shell-object.ts'

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

/** Whether a value is a list; a plain `Array.isArray` loses the element type. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

/** The values one by one: a list's elements, nothing for null, else the value itself. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}
