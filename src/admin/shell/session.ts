import { enumerationLimit } from '../format/notation.ts'
import type { Value } from '../values/value.ts'

/** How many command lines are remembered, as PowerShell's $MaximumHistoryCount. */
const maximumHistory = 4096

/** A command line that was run. */
export interface HistoryEntry {
  readonly id: number
  readonly line: string
}

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** What lasts from one line to the next: variables and history. */
export class Session {
  readonly #variables = new Map<string, { readonly name: string; readonly value: Value }>()
  readonly #history: HistoryEntry[] = []
  #lastId = 0
  /** Set by `exit`; the shell ends after the line. */
  exitCode: number | undefined

  constructor() {
    this.setVariable('ErrorActionPreference', 'Continue')
    this.setVariable('WarningPreference', 'Continue')
    this.setVariable('FormatEnumerationLimit', enumerationLimit)
  }

  /** The variable's value; null when it was never set. */
  variable(name: string): Value {
    const key = name.toLowerCase()
    const constant = constants.get(key)
    return constant === undefined ? (this.#variables.get(key)?.value ?? null) : constant
  }

  /** Whether a variable was ever set, to null as well. */
  has(name: string): boolean {
    const key = name.toLowerCase()
    return constants.has(key) || this.#variables.has(key)
  }

  /** How many elements of a list are shown; -1 is all of them. */
  get listLimit(): number {
    const limit = this.variable('FormatEnumerationLimit')
    if (typeof limit !== 'number') return enumerationLimit
    return limit < 0 ? Infinity : limit
  }

  setVariable(name: string, value: Value): void {
    const key = name.toLowerCase()
    this.#variables.set(key, { name: this.#variables.get(key)?.name ?? name, value })
  }

  removeVariable(name: string): boolean {
    return this.#variables.delete(name.toLowerCase())
  }

  /** All that were set, by name. */
  get variables(): readonly { readonly name: string; readonly value: Value }[] {
    return [...this.#variables.values()].sort((a, b) => a.name.localeCompare(b.name, 'en-US'))
  }

  remember(line: string): void {
    this.#history.push({ id: ++this.#lastId, line })
    if (this.#history.length > maximumHistory) this.#history.shift()
  }

  get history(): readonly HistoryEntry[] {
    return this.#history
  }
}

/** Whether a name belongs to the language and cannot be set. */
export const isConstant = (name: string) => /^(true|false|null|_|psitem)$/i.test(name)
