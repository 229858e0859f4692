import type { MessageDraft } from '../agents/message-draft.ts'
import type { AgentMessage, AgentRecipient } from '../agents/occasion.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import { withoutSeparator } from '../message/body-separator.ts'
import { HeaderBlock } from '../message/header-block.ts'
import type { PendingMessage, QueueStore } from '../queue/queue-store.ts'
import type { ChangedMessage } from '../queue/recategorized.ts'
import type { NewMessage } from '../queue/stored-message.ts'
import type { StagedMail } from './routing-events.ts'
import { factsAfter } from './submission-header.ts'

type Store = Pick<QueueStore, 'begin' | 'readHeader' | 'readBody'>

const separator = Buffer.from('\r\n')
/** A piece of a body that an agent gave. */
const pieceSize: Bytes = 64 * 1024

/** A message at an event of the categorizer, with header and body as they came to it. */
export class StagedMessage {
  readonly mail: StagedMail
  readonly header: HeaderBlock
  readonly #store: Store
  #replaced: Uint8Array | undefined

  private constructor(store: Store, mail: StagedMail, header: HeaderBlock) {
    this.#store = store
    this.mail = mail
    this.header = header
  }

  /** Rejects with a StoreError when its header cannot be read. */
  static async open(store: Store, mail: StagedMail): Promise<StagedMessage> {
    const bytes = mail.changed?.header ?? (await store.readHeader(mail.copy.message.id))
    return new StagedMessage(store, mail, new HeaderBlock(bytes))
  }

  /** As it stands in the store, or as agents changed it at an earlier event. */
  get message(): NewMessage {
    return (this.mail.changed ?? this.mail.copy).message
  }

  /** Piece `index` of what stands behind the empty line. */
  readBody(index: number): Awaitable<Uint8Array | undefined> {
    if (this.#replaced !== undefined) return index === 0 ? this.#replaced : undefined
    const piece = this.#readPiece(index)
    if (index > 0) return piece
    return piece instanceof Promise ? piece.then(withoutSeparator) : withoutSeparator(piece)
  }

  /** An agent gives another body. */
  replaceBody(body: Uint8Array): void {
    this.#replaced = body
  }

  /** What agents see; from OnRoutedMessage on with the next hops. */
  view(draft: MessageDraft): AgentMessage {
    const { messageId, networkMessageId, size } = this.message
    const view = draft.view()
    const ways = nextHops(this.mail)
    return {
      ...view,
      recipients: view.recipients.map((one) => ({ ...one, ...ways.get(one.address) })),
      size,
      messageId,
      ...(networkMessageId !== undefined && { networkMessageId }),
      internalId: this.mail.copy.message.id,
    }
  }

  /** What takes the place of the stored message; undefined while nobody changed it. Rejects with a StoreError. */
  async changed(draft: MessageDraft): Promise<ChangedMessage | undefined> {
    const { message } = this
    const { envelope, header, properties } = draft
    const isSame =
      header === this.header && envelope === message.envelope && properties === message.properties
    if (isSame && this.#replaced === undefined) return this.mail.changed
    const { pending, bodySize } = await this.#body()
    const { properties: _before, ...kept } = message
    const facts = factsAfter({ networkMessageId: '', ...message }, header)
    return {
      pending,
      header: header.bytes,
      message: {
        ...kept,
        envelope,
        messageId: facts.messageId,
        subject: facts.subject,
        size: header.bytes.length + bodySize,
        ...(properties !== undefined && { properties }),
      },
    }
  }

  /** The body under an InternalId of its own: the one that an earlier event wrote, as long as it is the same. */
  async #body(): Promise<{ readonly pending: PendingMessage; readonly bodySize: Bytes }> {
    const { changed } = this.mail
    if (changed !== undefined && this.#replaced === undefined)
      return { pending: changed.pending, bodySize: changed.message.size - changed.header.length }
    const pending = this.#store.begin()
    try {
      const bodySize = await this.#write(pending)
      changed?.pending.abort()
      return { pending, bodySize }
    } catch (error) {
      pending.abort()
      throw error
    }
  }

  async #write(pending: PendingMessage): Promise<Bytes> {
    const body = this.#replaced
    if (body !== undefined) {
      const content = Buffer.concat([separator, body])
      for (let at = 0; at < content.length; at += pieceSize)
        await pending.write(content.subarray(at, at + pieceSize))
      return content.length
    }
    let size = 0
    for (let index = 0; ; index++) {
      const piece = await this.#readPiece(index)
      if (piece === undefined) return size
      size += piece.length
      await pending.write(piece)
    }
  }

  #readPiece(index: number): Awaitable<Buffer | undefined> {
    const { changed, copy } = this.mail
    return changed === undefined
      ? this.#store.readBody(copy.message.id, index)
      : changed.pending.readPiece(index)
  }
}

function nextHops({
  copies,
}: StagedMail): ReadonlyMap<string, Pick<AgentRecipient, 'nextHop' | 'connector'>> {
  const ways = new Map<string, Pick<AgentRecipient, 'nextHop' | 'connector'>>()
  for (const { queue, recipients } of copies)
    for (const { address } of recipients)
      ways.set(address, { nextHop: queue.nextHopDomain, connector: queue.nextHopConnector })
  return ways
}
