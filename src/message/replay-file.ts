import type { Envelope, Recipient } from './envelope.ts'

/** What a file in Exchange's Replay form says of its message beside the message itself. */
export interface ReplayEnvelope {
  readonly envelope: Envelope
  readonly recipients: readonly Recipient[]
  /** Who wrote the file: `MSExchange15` for a server of the organisation, whose fields are trusted. */
  readonly createdBy: string
  /** What the client called itself. */
  readonly heloDomain?: string
  /** Exchange's MessageSourceName: `SMTP:Default EDGE01`. */
  readonly source?: string
  /** The client's address. */
  readonly sourceAddress?: string
}

/** The `X-CreatedBy` of Exchange's own files. */
export const exchangeCreator = 'MSExchange15'

/**
 * The fields that come before the message's own in a Replay file: one X-Sender, X-Receiver for each recipient, then
 * what is known of its way, and at their end how many octets all lines before that one have.
 */
export function replayHeader(file: ReplayEnvelope): Buffer {
  const { envelope, recipients, createdBy, heloDomain, source, sourceAddress } = file
  const lines = [
    `X-Sender: ${withParameters(envelope.sender, senderParameters(envelope))}`,
    ...recipients.map(
      (one) => `X-Receiver: ${withParameters(one.address, receiverParameters(one))}`,
    ),
    `X-CreatedBy: ${createdBy}`,
    ...field('X-HeloDomain', heloDomain),
    ...field('X-Source', source),
    ...field('X-SourceIPAddress', sourceAddress),
  ]
  const fields = Buffer.from(`${lines.join('\r\n')}\r\n`)
  return Buffer.concat([fields, Buffer.from(`X-EndOfInjectedXHeaders: ${fields.length}\r\n`)])
}

type Parameters = readonly (readonly [name: string, value: string | undefined])[]

/** The parameters of MAIL; SMTPUTF8, which Exchange's form does not know, has no value. */
function senderParameters({ body, returnContent, envelopeId, smtpUtf8 }: Envelope): Parameters {
  return [
    ['BODY', body],
    ['RET', returnContent],
    ['ENVID', envelopeId],
    ...(smtpUtf8 ? ([['SMTPUTF8', '']] as const) : []),
  ]
}

function receiverParameters({ notify, originalRecipient }: Recipient): Parameters {
  return [
    ['NOTIFY', notify?.join(',')],
    ['ORCPT', originalRecipient],
  ]
}

/** What would not stay one word is left out. */
function withParameters(address: string, parameters: Parameters): string {
  const words = parameters.flatMap(([name, value]) => {
    if (value === undefined || !/^[^\s\x00-\x1f\x7f]*$/.test(value)) return []
    return [value === '' ? name : `${name}=${value}`]
  })
  return [`<${address}>`, ...words].join(' ')
}

/** Clients choose some of these texts: what could end the line is left out. */
function field(name: string, value = ''): string[] {
  const safe = value.replace(/[\x00-\x1f\x7f]/g, '').trim()
  return safe === '' ? [] : [`${name}: ${safe}`]
}
