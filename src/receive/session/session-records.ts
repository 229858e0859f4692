import type { ProtocolEvent, ProtocolSession } from '../../logs/protocol-log.ts'

/** Records that every session may write without a message, beside those of its recipients. */
const usualShare = 2_000
/** A message with more recipients than this has some of them left out. */
const mostRecipients = 5_000
/** What a session is sure of while the disk does not keep up. */
const crowdedShare = 100

/**
 * A session's records in the protocol log. Between two messages it may write as many as one message
 * with all its recipients needs; beyond that they are only counted, and one record says how many. So no
 * session fills the log's files, nor the room in which the records of others wait for the disk.
 */
export class SessionRecords {
  readonly #records: ProtocolSession
  #share: number
  #written = 0
  #leftOut = 0

  constructor(records: ProtocolSession, maxRecipients: number) {
    this.#records = records
    // The command and the reply.
    this.#share = usualShare + 2 * Math.min(maxRecipients, mostRecipients)
  }

  /** Adds a record, or counts it. */
  add(event: ProtocolEvent, data: string, context: string): void {
    if (this.#written < crowdedShare || this.#hasRoom) {
      this.#written++
      this.#records.record(event, data, context)
    } else {
      this.#leftOut++
    }
  }

  /** A message was taken, or the session ends: tells what was left out, and begins anew. */
  renew(): void {
    this.#written = 0
    if (this.#leftOut === 0) return
    const context = `${this.#leftOut} records were left out: the session wrote too many without a message`
    this.#leftOut = 0
    this.#records.record('*', '', context)
  }

  /** The peer is a server of ours: nothing of it is left out. */
  lift(): void {
    this.#share = Infinity
  }

  get #hasRoom(): boolean {
    return (
      this.#written < this.#share && (this.#share === Infinity || this.#records.isCrowded !== true)
    )
  }
}
