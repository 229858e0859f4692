import type { Awaitable } from '../../src/base/awaitable.ts'
import type { Recipient } from '../../src/message/envelope.ts'
import type {
  IncomingMessage,
  MailTransaction,
  MessageSink,
} from '../../src/message/message-sink.ts'
import { messageTooLarge, queuedForDelivery } from '../../src/smtp/replies.ts'
import type { Reply } from '../../src/smtp/reply.ts'

/** A message that a RecordingSink took. */
export interface RecordedMessage {
  readonly transaction: MailTransaction
  readonly recipients: readonly Recipient[]
  readonly content: string
}

/** Keeps what it is given; each step can be made to refuse or to wait. */
export class RecordingSink implements MessageSink {
  readonly messages: RecordedMessage[] = []
  /** Transactions begun, committed or not. */
  begun = 0
  aborted = 0
  onBegin: (transaction: MailTransaction) => Awaitable<Reply | undefined> = () => undefined
  onRecipient: (recipient: Recipient) => Awaitable<Reply | undefined> = () => undefined
  onContent: () => Awaitable<Reply | undefined> = () => undefined
  onWrite: (chunk: Buffer) => Awaitable<void> = () => undefined
  onCommit: () => Promise<Reply | undefined> = () => Promise.resolve(undefined)

  begin(transaction: MailTransaction): Awaitable<IncomingMessage | Reply> {
    this.begun++
    const refusal = this.onBegin(transaction)
    if (refusal instanceof Promise) return refusal.then((late) => late ?? this.#open(transaction))
    return refusal ?? this.#open(transaction)
  }

  #open(transaction: MailTransaction): IncomingMessage {
    const recipients: Recipient[] = []
    const chunks: Buffer[] = []
    const { maxSize = Infinity } = transaction
    let size = 0
    let refusal: Reply | undefined
    const refuse = (reason: Reply) => {
      if (refusal === undefined) this.aborted++
      refusal ??= reason
    }
    return {
      get refusal() {
        return refusal
      },
      refuse,
      addRecipient: (recipient, check) => {
        const take = (refusal: Reply | undefined) => {
          if (refusal !== undefined) return refusal
          recipients.push(recipient)
          return this.onRecipient(recipient)
        }
        const checked = check?.(recipient.address)
        return checked instanceof Promise ? checked.then(take) : take(checked)
      },
      startContent: () => this.onContent(),
      write: (chunk) => {
        size += chunk.length
        if (size > maxSize) {
          refuse(messageTooLarge)
          return
        }
        chunks.push(Buffer.from(chunk))
        return this.onWrite(chunk)
      },
      commit: async () => {
        const refusal = await this.onCommit()
        if (refusal !== undefined) return refusal
        const content = Buffer.concat(chunks).toString('latin1')
        this.messages.push({ transaction, recipients, content })
        return queuedForDelivery('<1@relay.example>', this.messages.length, 'relay.example')
      },
      abort: () => {
        this.aborted++
      },
    }
  }
}
