import { Readable } from 'node:stream'
import { type AttachmentStream, MailParser, type MessageText } from 'mailparser'
import type { Attachment, ParsedMessage } from './module-contract.ts'

/** Mail that people write has fewer parts: what is beyond is passed over. */
const mostAttachments = 1000

/** Takes a message apart by MIME; of attachments only what can be told without keeping them. */
export async function parseMessage(pieces: AsyncIterable<Buffer>): Promise<ParsedMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const attachments: Attachment[] = []
  let text = ''
  let html: string | undefined
  const parser = new MailParser({
    checksumAlgo: 'sha256',
    skipImageLinks: true,
    skipTextLinks: true,
    skipTextToHtml: true,
  })
  parser.on('data', (part: AttachmentStream | MessageText) => {
    if (part.type === 'text') {
      text = part.text ?? ''
      if (typeof part.html === 'string') html = part.html
      return
    }
    part.content.once('end', () => {
      if (attachments.length < mostAttachments) attachments.push(attachmentOf(part))
      part.release()
    })
    // Nothing of it is kept.
    part.content.on('data', () => undefined)
  })
  parser.once('end', () => resolve(undefined))
  parser.once('error', reject)
  const source = Readable.from(pieces)
  source.once('error', reject)
  source.pipe(parser)
  await promise
  return { text, ...(html !== undefined && { html }), attachments }
}

function attachmentOf({
  filename,
  contentType,
  contentDisposition = 'attachment',
  size,
  checksum,
}: AttachmentStream): Attachment {
  const named = typeof filename === 'string' && filename !== ''
  return {
    ...(named && { fileName: filename }),
    contentType,
    disposition: contentDisposition,
    size,
    sha256: checksum,
  }
}
