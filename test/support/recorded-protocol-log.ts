import type { ProtocolLog, ProtocolSessionOptions } from '../../src/logs/protocol-log.ts'

/** A protocol log in memory: each session's options, and its records as `event data|context`. */
export class RecordedProtocolLog implements ProtocolLog {
  readonly #waiting = new Set<() => void>()
  readonly sessions: {
    readonly id: string
    readonly options: ProtocolSessionOptions
    readonly records: string[]
  }[] = []

  session(options: ProtocolSessionOptions) {
    const id = (0x08dd5a1122334400 + this.sessions.length).toString(16).toUpperCase()
    const session = { id: id.padStart(16, '0'), options, records: [] as string[] }
    this.sessions.push(session)
    return {
      id: session.id,
      record: (event: string, data: string, context = '') => {
        session.records.push(`${event} ${data}${context === '' ? '' : `|${context}`}`)
        for (const look of this.#waiting) look()
      },
    }
  }

  /** Resolves when `condition` holds; looked at after each record. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}
