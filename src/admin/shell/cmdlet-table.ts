import { nearest } from '../grammar/nearest.ts'
import type { Cmdlet, KnownCmdlets } from './cmdlet.ts'

/** The commands of a shell. */
export class CmdletTable implements KnownCmdlets {
  readonly #byName = new Map<string, Cmdlet>()
  readonly #all: readonly Cmdlet[]
  readonly #absent: ReadonlyMap<string, string>

  /** Of commands that are known and not there `absent` has the reason by their names; no list has them. */
  constructor(cmdlets: readonly Cmdlet[], absent: ReadonlyMap<string, string> = new Map()) {
    this.#absent = new Map([...absent].map(([name, why]) => [name.toLowerCase(), why]))
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

  get all(): readonly Cmdlet[] {
    return this.#all
  }

  absent(name: string): string | undefined {
    return this.#absent.get(name.toLowerCase())
  }

  hint(name: string): string | undefined {
    const why = this.absent(name)
    if (why !== undefined) return `It is not available here: ${why}`
    const close = nearest(
      name,
      this.#all.map((cmdlet) => cmdlet.name),
    )
    return close && `Did you mean ${close}?`
  }
}
