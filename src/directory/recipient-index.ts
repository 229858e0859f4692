import { comparableAddress } from '../message/comparable-address.ts'
import { type DirectoryRecipient, recipientTypes } from './directory.ts'

/**
 * Recipients in two blocks of memory, which processes hand to one another as they are and which the garbage collector
 * does not walk: a hundred thousand recipients are a few objects.
 */
export interface RecipientIndex {
  /** One after another: the length in octets (32 bits), then the recipient's fields. */
  readonly records: Buffer<ArrayBuffer>
  /**
   * Open addressing, two words a slot: the hash of an address, and the place of its record plus one (zero: free).
   * At most half of the slots are taken.
   */
  readonly slots: Uint32Array<ArrayBuffer>
  readonly count: number
}

/** Builds the index. Addresses must be unique. */
export function buildIndex(recipients: readonly DirectoryRecipient[]): RecipientIndex {
  const texts = recipients.map(recordOf)
  const size = texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0)
  const records = Buffer.from(new ArrayBuffer(size))
  const addresses = recipients.reduce((sum, recipient) => sum + recipient.addresses.length, 0)
  const slots = new Uint32Array(2 * slotCount(addresses))
  let place = 0
  for (const [index, text] of texts.entries()) {
    const length = records.write(text, place + 4)
    records.writeUInt32LE(length, place)
    for (const address of recipients[index]?.addresses ?? []) enter(slots, hashOf(address), place)
    place += 4 + length
  }
  return { records, slots, count: recipients.length }
}

/** The recipient that has this address. */
export function findInIndex(
  { records, slots }: RecipientIndex,
  address: string,
): DirectoryRecipient | undefined {
  const wanted = comparableAddress(address)
  const hash = hashOf(address)
  const mask = slots.length / 2 - 1
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const place = slots[2 * slot + 1] ?? 0
    if (place === 0) return undefined
    if (slots[2 * slot] !== hash) continue
    const recipient = recordAt(records, place - 1)
    if (recipient.addresses.some((own) => comparableAddress(own) === wanted)) return recipient
  }
}

/** All recipients in the order of their list. */
export function* recipientsOf({ records }: RecipientIndex): Generator<DirectoryRecipient, void> {
  for (let place = 0; place < records.length; place += 4 + records.readUInt32LE(place))
    yield recordAt(records, place)
}

/** How many recipients `later` has lost at its end, if it is the same as `earlier` up to there; else 0. */
export function cutOff(earlier: RecipientIndex, later: RecipientIndex): number {
  const { length } = later.records
  if (length >= earlier.records.length) return 0
  return earlier.records.subarray(0, length).equals(later.records) ? earlier.count - later.count : 0
}

const betweenFields = '\0'
const betweenItems = '\x01'

/** The fields of a recipient as one text; no name and no address has control characters. */
function recordOf(recipient: DirectoryRecipient): string {
  const { type, name, addresses, externalAddress = '', members = [], moderated } = recipient
  return [
    recipientTypes.indexOf(type),
    name,
    externalAddress,
    moderated === true ? 'moderated' : '',
    addresses.join(betweenItems),
    members.join(betweenItems),
  ].join(betweenFields)
}

function recordAt(records: Buffer, place: number): DirectoryRecipient {
  const from = place + 4
  const text = records.toString('utf8', from, from + records.readUInt32LE(place))
  const [kind, name = '', target = '', moderated = '', own = '', members = ''] =
    text.split(betweenFields)
  const type = recipientTypes[Number(kind)] ?? 'UserMailbox'
  const addresses = own.split(betweenItems)
  return {
    type,
    name,
    primaryAddress: addresses[0] ?? '',
    addresses,
    ...(target !== '' && { externalAddress: target }),
    ...(type === 'DistributionGroup' && {
      members: members === '' ? [] : members.split(betweenItems),
    }),
    ...(moderated !== '' && { moderated: true }),
  }
}

function enter(slots: Uint32Array, hash: number, place: number): void {
  const mask = slots.length / 2 - 1
  let slot = hash & mask
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
  slots[2 * slot] = hash
  slots[2 * slot + 1] = place + 1
}

function slotCount(addresses: number): number {
  let count = 8
  while (count < 2 * addresses) count *= 2
  return count
}

/** FNV-1a over the characters, with a last mixing so that the low bits depend on all. */
function hashOf(address: string): number {
  const text = comparableAddress(address)
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
