import type { Envelope, Recipient } from '../message/envelope.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import { plainText } from '../message/header-text.ts'
import { mailboxesIn } from '../message/mailbox-list.ts'
import { isMailbox } from '../smtp/address.ts'

/** The envelope that a file of the Pickup folder has in its header. */
export interface PickupFile {
  readonly envelope: Pick<Envelope, 'sender' | 'smtpUtf8'>
  readonly recipients: readonly Recipient[]
}

const recipientFields: readonly string[] = ['to', 'cc', 'bcc']

/**
 * Reads the envelope from the header of a file for the Pickup folder; text: why it has none. The sender
 * is From's only address; Sender's where From has several, or none.
 */
export function readPickupFile(header: HeaderBlock, mostRecipients: number): PickupFile | string {
  const authors = addressesOf(header, ['from'])
  if (typeof authors === 'string') return authors
  const senders = addressesOf(header, ['sender'])
  if (typeof senders === 'string') return senders
  if (senders.length > 1) return 'Sender has more than one address'
  if (authors.length > 1 && senders.length === 0)
    return 'From has more than one address and there is no Sender'
  const sender = authors.length === 1 ? authors[0] : senders[0]
  if (sender === undefined) return 'there is no address in From or Sender'
  const addresses = addressesOf(header, recipientFields)
  if (typeof addresses === 'string') return addresses
  if (addresses.length === 0) return 'there is no address in To, Cc or Bcc'
  if (addresses.length > mostRecipients)
    return `there are ${addresses.length} recipients, more than PickupDirectoryMaxRecipientsPerMessage (${mostRecipients})`
  const smtpUtf8 = [sender, ...addresses].some((address) => /[^\x00-\x7f]/.test(address))
  return {
    envelope: { sender, smtpUtf8 },
    recipients: addresses.map((address) => ({ address })),
  }
}

/** All addresses of the fields; text where one cannot be read, for somebody would go without the message. */
function addressesOf(header: HeaderBlock, names: readonly string[]): readonly string[] | string {
  const addresses: string[] = []
  for (const field of header.fields) {
    if (!names.includes(field.name)) continue
    const octets = header.bytes.subarray(field.valueStart, field.end)
    for (const { address, start, end } of mailboxesIn(octets)) {
      if (address === undefined || !isMailbox(address))
        return `${field.name} has no address where it says "${plainText(octets.toString('utf8', start, end), 100)}"`
      addresses.push(address)
    }
  }
  return addresses
}

const undisclosed = Buffer.from('To: Undisclosed Recipients:;\r\n')

/**
 * The header as it is sent: without the recipients of Bcc, and with a To where nothing else names any.
 * Routing fields are the header firewall's to remove.
 */
export function withoutBlindCopies(header: HeaderBlock): readonly Buffer[] {
  const { bytes } = header.without(({ name }) => name === 'bcc')
  const isNamed = header.fields.some(({ name }) => name === 'to' || name === 'cc')
  const lineEnd = bytes.length > 0 && bytes.at(-1) !== 0x0a ? [Buffer.from('\r\n')] : []
  return isNamed ? [bytes, ...lineEnd] : [bytes, ...lineEnd, undisclosed]
}
