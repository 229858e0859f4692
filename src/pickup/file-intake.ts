import { isAscii } from 'node:buffer'
import type { Clock } from '../base/clock.ts'
import { HalfTheTime } from '../base/half-the-time.ts'
import type { Live } from '../base/live.ts'
import type { BodyType, Envelope, Recipient } from '../message/envelope.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import { mostHeaderFields } from '../message/header-collector.ts'
import type {
  ContentLimits,
  IncomingMessage,
  MailTransaction,
  MessageFile,
  MessageSink,
  SessionFacts,
} from '../message/message-sink.ts'
import type { Permission } from '../message/permission.ts'
import { readReplayFile } from '../message/replay-file-reader.ts'
import { exchangeCreator } from '../message/replay-file.ts'
import { withoutStrayLines } from '../message/stray-lines.ts'
import { type Reply, replyText } from '../smtp/reply.ts'
import { type FileContent, type HeaderLimits, readContent } from './file-content.ts'
import type { FolderKind, FolderSettings } from './folder-path.ts'
import { readPickupFile, withoutBlindCopies } from './pickup-file.ts'
import type { SourceFile } from './source-file.ts'

/** What became of a file. */
export type Intake =
  /** Its message is on disk, ours from now on. */
  | { readonly kind: 'taken' }
  /** It will never be a message. */
  | { readonly kind: 'bad'; readonly reason: string }
  /** It can be tried again; the reason is absent when it is only still being written, or we are to stop. */
  | { readonly kind: 'later'; readonly reason?: string }

export interface FileIntakeOptions {
  readonly sink: MessageSink
  readonly settings: Live<FolderSettings>
  readonly server: { readonly Name: string; readonly Fqdn: string }
  readonly clock: Clock
  /** The user this process runs as, by number; undefined where there is no such thing. */
  readonly ownUser: number | undefined
}

/** What a file says of its message, before the body. */
interface Head {
  readonly session: SessionFacts
  readonly envelope: Envelope
  readonly recipients: readonly Recipient[]
  readonly header: readonly Buffer[]
  readonly limits: ContentLimits
}

/** A file for the Replay folder may have as many X-Receiver lines as a message recipients. */
const replayLimits: HeaderLimits = { size: 8 * 1024 ** 2, fields: 12_000 }
const longestReplayedHeader = 1024 ** 2
/** Exchange's for Receive connectors; a folder that feeds itself ends here. */
const mostHops = 60

/** Whoever may write into the folder may send, to anybody and as anybody; what a header may bring differs. */
const everybody: readonly Permission[] = [
  'SMTPSubmit',
  'SMTPAcceptAnyRecipient',
  'SMTPAcceptAnySender',
  'SMTPAcceptAuthoritativeDomainSender',
  'BypassAntiSpam',
]
const rights = {
  pickup: new Set(everybody),
  replay: new Set<Permission>([...everybody, 'AcceptRoutingHeaders']),
  trustedReplay: new Set<Permission>([
    ...everybody,
    'AcceptRoutingHeaders',
    'AcceptOrganizationHeaders',
    'AcceptForestHeaders',
  ]),
}

/** Makes messages of files, by the acceptance that mail from clients goes through. */
export class FileIntake {
  readonly #options: FileIntakeOptions

  constructor(options: FileIntakeOptions) {
    this.#options = options
  }

  /** Rejects when the file cannot be read; nothing of it lasts then. */
  async take(folder: FolderKind, file: SourceFile, signal: AbortSignal): Promise<Intake> {
    const content = await readContent(file.pieces(), this.#headerLimits(folder))
    if (typeof content === 'string') return this.#judged(file, content)
    const head =
      folder === 'Pickup' ? this.#pickup(file, content) : await this.#replay(file, content)
    if (typeof head === 'string') return this.#judged(file, head)
    const { session, envelope, limits } = head
    const transaction: MailTransaction = { session, envelope, declaredSize: file.size, limits }
    const message = await this.#options.sink.begin(transaction)
    if ('code' in message) return verdict(message)
    let committed = false
    try {
      const refusal = await fill(message, { head, content, signal })
      if (refusal !== undefined) return verdict(refusal)
      if (signal.aborted || (await file.isChanged())) return { kind: 'later' }
      committed = true
      return verdict(await message.commit())
    } finally {
      if (!committed) message.abort()
    }
  }

  /** What is wrong with a file that somebody still writes to says nothing. */
  async #judged(file: SourceFile, reason: string): Promise<Intake> {
    return (await file.isChanged()) ? { kind: 'later' } : { kind: 'bad', reason }
  }

  #headerLimits(folder: FolderKind): HeaderLimits {
    if (folder === 'Replay') return replayLimits
    const size = this.#options.settings.current.PickupDirectoryMaxHeaderSize
    return { size, fields: mostHeaderFields }
  }

  #pickup(file: SourceFile, content: FileContent): Head | string {
    const { settings } = this.#options
    const { PickupDirectoryMaxRecipientsPerMessage, PickupDirectoryMaxHeaderSize } =
      settings.current
    const { separatorLength, body } = content.top
    if (separatorLength === 0 && body.length > 0)
      return 'there is no empty line between header and body'
    const header = headerOf(content)
    const read = readPickupFile(header, PickupDirectoryMaxRecipientsPerMessage)
    if (typeof read === 'string') return read
    const facts = { folder: 'Pickup', name: file.name, source: 'Pickup' } as const
    return {
      session: { ...this.#session(facts), permissions: rights.pickup },
      envelope: { ...read.envelope, body: bodyType(header, body) },
      recipients: read.recipients,
      header: withoutBlindCopies(header),
      // With what is added to the header it may be longer than what may come.
      limits: limitsOf(PickupDirectoryMaxHeaderSize + 1024),
    }
  }

  async #replay(file: SourceFile, content: FileContent): Promise<Head | string> {
    const pace = new HalfTheTime(this.#options.clock)
    const read = await readReplayFile(headerOf(content), () =>
      pace.mustRest ? pace.rest() : undefined,
    )
    if (typeof read === 'string') return read
    const { source, createdBy, helloName, sourceAddress } = read
    const { ownUser } = this.#options
    // Of others who may write into the folder anybody could call himself that.
    const isOwn = ownUser === undefined || file.owner === ownUser || file.owner === 0
    const isTrusted = isOwn && createdBy === exchangeCreator
    return {
      session: {
        ...this.#session({ folder: 'Replay', name: file.name, source }),
        remote: { address: sourceAddress, port: 0 },
        helloName,
        permissions: isTrusted ? rights.trustedReplay : rights.replay,
      },
      envelope: read.envelope,
      recipients: read.recipients,
      header: [read.header.without(({ name }) => name === 'bcc').bytes],
      limits: limitsOf(longestReplayedHeader),
    }
  }

  #session(file: MessageFile): Omit<SessionFacts, 'permissions'> {
    const { Name, Fqdn } = this.#options.server
    return {
      sessionId: '',
      connector: `${Name}\\${file.folder}`,
      fqdn: Fqdn,
      local: nowhere,
      remote: nowhere,
      helloName: '',
      extended: true,
      // It needs no account: the rights of the folder are what proves a sender.
      principal: { kind: 'ExternallySecured' },
      file,
    }
  }
}

const nowhere = { address: '', port: 0 }

const limitsOf = (maxHeaderSize: number): ContentLimits => ({
  maxHeaderSize,
  maxHopCount: mostHops,
  maxLocalHopCount: 0,
})

function headerOf({ top }: FileContent): HeaderBlock {
  return top.hasStrayLines ? withoutStrayLines(top.header) : top.header
}

/** The beginning of a body stands for the whole, which is not read twice. */
function bodyType(header: HeaderBlock, body: Buffer): BodyType {
  return isAscii(header.bytes) && isAscii(body) ? '7BIT' : '8BITMIME'
}

interface Filling {
  readonly head: Head
  readonly content: FileContent
  readonly signal: AbortSignal
}

/** Gives the message all but its end; a Reply refuses it. */
async function fill(
  message: IncomingMessage,
  { head, content, signal }: Filling,
): Promise<Reply | undefined> {
  for (const recipient of head.recipients) {
    const refusal = await message.addRecipient(recipient)
    if (refusal !== undefined) return refusal
  }
  const refusal = await message.startContent()
  if (refusal !== undefined) return refusal
  for (const part of [...head.header, content.top.body])
    if (part.length > 0) await message.write(part)
  for await (const piece of content.rest) {
    if (signal.aborted || message.refusal !== undefined) return message.refusal
    await message.write(piece)
  }
  return undefined
}

function verdict(answer: Reply): Intake {
  if (answer.code < 400) return { kind: 'taken' }
  const reason = replyText(answer)
  return answer.code < 500 ? { kind: 'later', reason } : { kind: 'bad', reason }
}
