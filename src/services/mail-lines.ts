import { cut } from '../admin/format/text-width.ts'
import type { Clock } from '../base/clock.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import { plainText } from '../message/header-text.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { QueueEvent } from '../queue/queue-events.ts'
import type { Copy, CopyRecipient } from '../queue/stored-message.ts'

/** More lines than a person can read; what goes beyond is counted and told once a second. */
const linesPerSecond = 10
/** Of a subject, and of a reply, so much that a line stays one. */
const longestText = 200
const mostRecipients = 3

type Word = 'accepted' | 'delivered' | 'deferred' | 'returned' | 'given up'

/** A line of the program log for each thing that happens to a message, for a person who looks on. */
export class MailLines {
  readonly #log: ProgramLog
  readonly #clock: Clock
  readonly #untold = new Map<Word, number>()
  #windowEnds: Milliseconds = 0
  #told = 0

  constructor(log: ProgramLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  received(copies: readonly Copy[]): void {
    const [first] = copies
    if (first === undefined) return
    this.#tell('accepted', 'info', () => {
      const { id, envelope, subject } = first.message
      const to = addressList(copies.flatMap(({ recipients }) => recipients))
      const about = subject === '' ? '' : `: ${shown(subject)}`
      return `message ${id} accepted from <${envelope.sender}> to ${to}${about}`
    })
  }

  queueEvent(event: QueueEvent): void {
    switch (event.kind) {
      case 'delivered':
        this.#tell('delivered', 'info', () => {
          const host = event.results[0]?.session?.host ?? ''
          return `${concerned(event)} delivered${host === '' ? '' : ` to ${host}`}`
        })
        return
      case 'deferred':
        this.#tell('deferred', 'warn', () => `${concerned(event)} deferred: ${reasonOf(event)}`)
        return
      case 'failed':
      case 'expired': {
        const word = event.notice === undefined ? 'given up' : 'returned'
        this.#tell(word, 'warn', () => `${concerned(event)} ${word}: ${reasonOf(event)}`)
        return
      }
      // A notification is a message of its own and told as such; a queue's trouble is told once for all.
      case 'queued':
      case 'resolved':
      case 'moved':
      case 'notified':
      case 'queueRetry':
        return
    }
  }

  #tell(word: Word, level: 'info' | 'warn', line: () => string): void {
    const now = this.#clock.monotonic()
    if (now >= this.#windowEnds && this.#untold.size === 0) {
      this.#windowEnds = now + second
      this.#told = 0
    }
    if (this.#told < linesPerSecond) {
      this.#told++
      this.#log[level]({}, line())
      return
    }
    if (this.#untold.size === 0) this.#clock.after(this.#windowEnds - now, () => this.#tellUntold())
    this.#untold.set(word, (this.#untold.get(word) ?? 0) + 1)
  }

  #tellUntold(): void {
    const counts = [...this.#untold].map(([word, count]) => `${count} ${word}`)
    this.#untold.clear()
    this.#log.info({}, `and messages without a line of their own: ${counts.join(', ')}`)
  }
}

type OfResults = Extract<QueueEvent, { readonly results: readonly RecipientResult[] }>

/** `message 12 to <alice@contoso.test>`. */
function concerned({ copy, results }: OfResults): string {
  return `message ${copy.message.id} to ${addressList(results.map(({ recipient }) => recipient))}`
}

function reasonOf({ results }: OfResults): string {
  return shown(results[0]?.reply ?? '')
}

/** On one line, and with a mark where it was cut. */
function shown(text: string): string {
  return cut(plainText(text, longestText + 1), longestText)
}

function addressList(recipients: readonly CopyRecipient[]): string {
  const listed = recipients.slice(0, mostRecipients).map(({ address }) => `<${address}>`)
  const rest = recipients.length - listed.length
  return `${listed.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`
}
