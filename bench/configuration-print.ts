import type { MailServer } from './mail-server.ts'

/** Prints configurations: each server's first one whole, the later ones by what differs from it. */
export class ConfigurationPrint {
  readonly #write: (text: string) => void
  readonly #first = new Map<string, readonly string[]>()

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  print(scenario: string, { label, configuration }: MailServer): void {
    // Folders are made anew for each server.
    const lines = configuration
      .replace(/\/[\w/.-]*edge-bench-\w+\/(relay|postfix)-\w+/g, '$1')
      .split('\n')
    const first = this.#first.get(label)
    this.#first.set(label, first ?? lines)
    const changes = first === undefined ? lines : differences(first, lines)
    const title = first === undefined ? label : `${label}, where it differs from the first`
    const text = changes.length === 0 ? ['  nothing'] : changes
    this.#write(`--- ${scenario}: configuration of ${title}\n${text.join('\n')}\n\n`)
  }
}

/** Lines that came (`+`) and went (`-`). */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const gone = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`)
  const come = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`)
  return [...gone, ...come]
}
