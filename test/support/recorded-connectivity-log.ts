import type {
  ConnectivityLog,
  ConnectivitySession,
  ConnectivitySessionOptions,
} from '../../src/logs/connectivity-log.ts'

/** A connectivity log in memory: each session's records as `direction description`. */
export class RecordedConnectivityLog implements ConnectivityLog {
  readonly sessions: {
    readonly id: string
    readonly destination: string
    readonly records: string[]
  }[] = []

  session({ destination, description }: ConnectivitySessionOptions): ConnectivitySession {
    const id = (0x08de_0a11_2233_4400 + this.sessions.length).toString(16).toUpperCase()
    const records = [`+ ${description}`]
    const carried: string[] = []
    let ended = false
    this.sessions.push({ id: id.padStart(16, '0'), destination, records })
    return {
      id: id.padStart(16, '0'),
      note: (text) => void records.push(`> ${text}`),
      carried: (bytes, recipients) => void carried.push(`${bytes}/${recipients}`),
      end: (outcome = '') => {
        if (!ended) records.push(`- ${carried.join(' ')} (${outcome})`)
        ended = true
      },
    }
  }

  /** The records of all sessions, in the order in which the sessions began. */
  get records(): readonly (readonly string[])[] {
    return this.sessions.map(({ records }) => records)
  }
}
