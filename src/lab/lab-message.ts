import { type Hash, createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Bytes } from '../base/byte-size.ts'
import { randomHex } from '../base/random.ts'
import { HeaderBlock } from '../message/header-block.ts'
import { decodeHeaderText, plainText } from '../message/header-text.ts'

/** What the session said of a message, as the .json beside it tells. */
export interface LabEnvelope {
  /** Name of the lab server that took it. */
  readonly server: string
  readonly receivedAt: string
  readonly sender: string
  readonly recipients: readonly LabRecipient[]
  readonly helloName: string
  readonly remoteAddress: string
  /** TLS version, or false for a session in clear. */
  readonly tls: string | false
  /** Who authenticated; absent for nobody. */
  readonly userName?: string
  /** MAIL's parameters, by upper-case name; without a value: true. */
  readonly parameters: Readonly<Record<string, string | true>>
}

export interface LabRecipient {
  readonly address: string
  /** RCPT's parameters, as above. */
  readonly parameters: Readonly<Record<string, string | true>>
}

/** A message a lab server took. */
export interface LabMessage extends LabEnvelope {
  readonly size: Bytes
  /** Decoded, on one line; empty when there is none. */
  readonly subject: string
  /** Of the content as received, lower-case hex. */
  readonly sha256: string
  /** Path of the .eml, when messages are kept in a folder. */
  readonly file?: string
  /** The content, when they are kept in memory. */
  readonly content?: Buffer
}

/** Reads a message into memory. */
export async function keepInMemory(source: Readable, envelope: LabEnvelope): Promise<LabMessage> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk as Buffer)
  const content = Buffer.concat(chunks)
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { ...envelope, size: content.length, subject: subjectOf(content), sha256, content }
}

/**
 * Streams a message to `<folder>/<time>-<id>.eml` with its envelope, size and checksum in the .json
 * beside it. Both appear whole, the .eml last; of a message that breaks off nothing remains.
 */
export async function keepInFolder(
  source: Readable,
  envelope: LabEnvelope,
  folder: string,
): Promise<LabMessage> {
  const time = envelope.receivedAt.replace(/[-:.]/g, '')
  const path = join(folder, `${time}-${randomHex(4)}`)
  const measure = new Measure()
  try {
    await pipeline(source, measure, createWriteStream(`${path}.part`))
    const message = {
      ...envelope,
      size: measure.size,
      subject: subjectOf(measure.head),
      sha256: measure.sha256(),
      file: `${path}.eml`,
    }
    await writeFile(`${path}.json`, `${JSON.stringify(message, undefined, 2)}\n`)
    await rename(`${path}.part`, message.file)
    return message
  } catch (error) {
    await Promise.all([rm(`${path}.part`, { force: true }), rm(`${path}.json`, { force: true })])
    throw error
  }
}

/** So much of the beginning is searched for the subject. */
const longestHead = 32 * 1024
const longestSubject = 255

function subjectOf(head: Buffer): string {
  const end = /\r?\n\r?\n/.exec(head.toString('latin1', 0, longestHead))?.index ?? longestHead
  const subject = new HeaderBlock(head.subarray(0, end + 1)).value('subject') ?? ''
  return plainText(decodeHeaderText(subject), longestSubject)
}

/** Measures what passes through. */
class Measure extends Transform {
  readonly #hash: Hash = createHash('sha256')
  head: Buffer = Buffer.alloc(0)
  size: Bytes = 0

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: Error | null, chunk: Buffer) => void,
  ): void {
    this.size += chunk.length
    if (this.head.length < longestHead) this.head = Buffer.concat([this.head, chunk])
    this.#hash.update(chunk)
    done(null, chunk)
  }

  sha256(): string {
    return this.#hash.digest('hex')
  }
}
