import { nearest } from '../grammar/nearest.ts'
import type { Cmdlet } from './cmdlet.ts'

/** The commands of a shell, found by name or alias without regard to case. */
export class CmdletTable {
  readonly #byName = new Map<string, Cmdlet>()
  readonly #all: readonly Cmdlet[]

  constructor(cmdlets: readonly Cmdlet[]) {
    this.#all = cmdlets.toSorted((a, b) => a.name.localeCompare(b.name, 'en-US'))
    for (const cmdlet of cmdlets) {
      for (const name of [cmdlet.name, ...(cmdlet.aliases ?? [])]) {
        if (this.#byName.has(name.toLowerCase())) throw new Error(`two commands are named ${name}`)
        this.#byName.set(name.toLowerCase(), cmdlet)
      }
    }
  }

  find(name: string): Cmdlet | undefined {
    return this.#byName.get(name.toLowerCase())
  }

  /** In the order of their names. */
  get all(): readonly Cmdlet[] {
    return this.#all
  }

  /** The command that a mistyped name most likely meant. */
  nearest(name: string): string | undefined {
    return nearest(
      name,
      this.#all.map((cmdlet) => cmdlet.name),
    )
  }
}
