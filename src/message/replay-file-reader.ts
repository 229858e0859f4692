import { isIP } from 'node:net'
import type { Awaitable } from '../base/awaitable.ts'
import { parsePath } from '../smtp/address.ts'
import { type Extensions, parseMailParameters, parseRcptParameters } from '../smtp/parameters.ts'
import { encodeXtext } from '../smtp/xtext.ts'
import type { Envelope, Recipient } from './envelope.ts'
import { HeaderBlock, type HeaderField } from './header-block.ts'
import { plainText } from './header-text.ts'

/** What the X-headers of a file for the Replay folder say. */
export interface ReplayFile {
  readonly envelope: Envelope
  readonly recipients: readonly Recipient[]
  /** X-CreatedBy; `Unspecified` when absent. */
  readonly createdBy: string
  /** X-HeloDomain; may be empty. */
  readonly helloName: string
  /** X-Source; `Replay` when absent. */
  readonly source: string
  /** X-SourceIPAddress; 0.0.0.0 when absent. */
  readonly sourceAddress: string
  /** The message's own header: what follows the X-headers. */
  readonly header: HeaderBlock
}

const endMarker = 'x-endofinjectedxheaders'
const injectedNames: ReadonlySet<string> = new Set([
  'x-sender',
  'x-receiver',
  'x-createdby',
  'x-helodomain',
  'x-source',
  'x-sourceipaddress',
  'x-extendedmessageprops',
  endMarker,
])

const extensions: Extensions = {
  size: true,
  dsn: true,
  eightBitMime: true,
  binaryMime: true,
  smtpUtf8: true,
  auth: true,
}

/** More recipients than this have no place in one file. */
const mostRecipients = 10_000
const longestSource = 255

/**
 * Reads the header of a file for the Replay folder; text: why it is none. Before each recipient `breathe` may have
 * others go first, for there may be thousands.
 */
export async function readReplayFile(
  whole: HeaderBlock,
  breathe: () => Awaitable<void> = () => undefined,
): Promise<ReplayFile | string> {
  const { injected, header } = split(whole)
  const values = (name: string) =>
    injected.filter((field) => field.name === name).map((field) => whole.valueOf(field))
  const [sender, secondSender] = values('x-sender')
  if (sender === undefined) return 'there is no X-Sender'
  if (secondSender !== undefined) return 'there is more than one X-Sender'
  const envelope = readSender(sender)
  if (envelope === undefined) return `X-Sender is no sender: ${shown(sender)}`
  const receivers = values('x-receiver')
  if (receivers.length === 0) return 'there is no X-Receiver'
  if (receivers.length > mostRecipients) return `there are more than ${mostRecipients} X-Receiver`
  const recipients: Recipient[] = []
  for (const receiver of receivers) {
    await breathe()
    const recipient = readReceiver(receiver)
    if (recipient === undefined) return `X-Receiver is no recipient: ${shown(receiver)}`
    recipients.push(recipient)
  }
  const [createdBy = 'Unspecified'] = values('x-createdby')
  if (createdBy === '') return 'X-CreatedBy is empty'
  const [sourceAddress = '0.0.0.0'] = values('x-sourceipaddress')
  if (isIP(sourceAddress) === 0) return `X-SourceIPAddress is no address: ${shown(sourceAddress)}`
  return {
    envelope: needingUtf8(envelope, recipients),
    recipients,
    createdBy,
    helloName: plainText(values('x-helodomain')[0] ?? '', longestSource),
    source: plainText(values('x-source')[0] ?? '', longestSource) || 'Replay',
    sourceAddress,
    header,
  }
}

/** The X-headers go up to their end marker, and without one up to the first field of another name. */
function split(whole: HeaderBlock): {
  readonly injected: readonly HeaderField[]
  readonly header: HeaderBlock
} {
  const { fields, bytes } = whole
  const marker = fields.findIndex(({ name }) => name === endMarker)
  const other = fields.findIndex(({ name }) => !injectedNames.has(name))
  const isMarked = marker !== -1 && (other === -1 || marker < other)
  const count = isMarked ? marker + 1 : other === -1 ? fields.length : other
  const start = fields[count]?.start ?? bytes.length
  return { injected: fields.slice(0, count), header: new HeaderBlock(bytes.subarray(start)) }
}

/** `<bob@fabrikam.com> BODY=7bit RET=HDRS ENVID=12345ABCD auth=<bob@fabrikam.com>`; AUTH is not kept. */
function readSender(value: string): Envelope | undefined {
  const path = parsePath(value)
  if (path === undefined) return undefined
  const rest = path.rest.replace(/ auth=\S*/i, '')
  const parameters = parseMailParameters(rest.trimEnd(), extensions)
  if ('code' in parameters) return undefined
  const { body, smtpUtf8, returnContent, envelopeId } = parameters
  return {
    sender: path.mailbox?.address ?? '',
    body,
    smtpUtf8: smtpUtf8 || path.mailbox?.international === true,
    ...(returnContent !== undefined && { returnContent }),
    ...(envelopeId !== undefined && { envelopeId }),
  }
}

/** `<mary@contoso.com> NOTIFY=NEVER ORcpt=mary@contoso.com`; an ORCPT without its type is an Internet address. */
function readReceiver(value: string): Recipient | undefined {
  const path = parsePath(value)
  if (path?.mailbox === undefined) return undefined
  const rest = path.rest.replace(
    / orcpt=([^\s;]+)(?=\s|$)/i,
    (_, address: string) => ` ORCPT=rfc822;${encodeXtext(address)}`,
  )
  const parameters = parseRcptParameters(rest.trimEnd(), extensions)
  return 'code' in parameters ? undefined : { address: path.mailbox.address, ...parameters }
}

/** Addresses beyond ASCII need SMTPUTF8, whoever wrote the file may not have said so. */
function needingUtf8(envelope: Envelope, recipients: readonly Recipient[]): Envelope {
  if (envelope.smtpUtf8) return envelope
  const needed = recipients.some((one) => /[^\x00-\x7f]/.test(one.address))
  return needed ? { ...envelope, smtpUtf8: true } : envelope
}

const shown = (value: string) => plainText(value, 200)
