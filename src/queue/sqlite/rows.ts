import { crc32 } from 'node:zlib'
import type { Milliseconds } from '../../base/time-span.ts'
import type { RetryState, Settlement } from '../queue-store.ts'
import { type CopyRow, type KeptRow, type LeasedRow, suspendedDue } from './protocol.ts'
import {
  type Copy,
  type CopyRecipient,
  type Lease,
  type NewMessage,
  type StoredMessage,
  suspended,
} from '../stored-message.ts'

/*
 * How messages and copies stand in their rows. What addresses mail carries a CRC-32, in properties that an
 * earlier program passes over, and keeps or loses without harm; rows of such a program have none.
 */

/** All of a message but its id and time, as it stands in its row. */
export function metaText(message: NewMessage): string {
  // Undefined stands in no JSON: cheaper than an object without it.
  const text = JSON.stringify({ ...message, receivedAt: undefined })
  return `{"checksum":${crc32(text)},${text.slice(1)}`
}

/** Recipients as they stand in the row of their copy. */
function recipientsText(recipients: readonly CopyRecipient[]): string {
  return JSON.stringify(recipients.map((one) => ({ ...one, checksum: crc32(one.address) })))
}

export function copyRow({ id, queue, dueAt, delayNotified, recipients }: Copy): CopyRow {
  const { deliveryType, nextHopDomain, nextHopConnector } = queue
  const name = [deliveryType, nextHopDomain, nextHopConnector] as const
  return [id, name, storedDue(dueAt), delayNotified, recipientsText(recipients)]
}

export function keptRow(settlement: Settlement): KeptRow | null {
  const { copy, remaining, dueAt, attempts, delayNotified, lastError } = settlement
  if (remaining.length === 0) return null
  // What was only guessed of damaged recipients must not become what is stored.
  const recipients = copy.damage === undefined ? recipientsText(remaining) : null
  return [recipients, storedDue(dueAt), attempts, delayNotified, lastError]
}

/** Due times as the file holds them. */
function storedDue(dueAt: Milliseconds): Milliseconds {
  return dueAt === suspended ? suspendedDue : realTime(dueAt)
}

/** A whole number, and never endless. */
export function realTime(time: Milliseconds): Milliseconds {
  return Math.min(Math.round(time), suspendedDue - 1)
}

/** A copy as it was stored, leased by `lease`; one whose rows are damaged says so, and has what can be read of it. */
export function copyOf(row: LeasedRow, lease?: Lease): Copy {
  const { meta, damage: metaDamage } = readMeta(row.meta)
  const { recipients, damage = metaDamage } = readRecipients(row.recipients)
  return {
    id: row.id,
    message: { ...meta, receivedAt: row.received, id: row.message },
    queue: row.queue,
    recipients,
    dueAt: row.due === suspendedDue ? suspended : row.due,
    attempts: row.attempts,
    lastError: row.lastError,
    delayNotified: row.delayNotified,
    ...(damage !== undefined && { damage }),
    ...(lease !== undefined && { lease }),
  }
}

type Meta = Omit<StoredMessage, 'id' | 'receivedAt'>

/** Nothing is known of the message: above all no sender, who could be somebody else. */
const unreadable: Meta = {
  envelope: { sender: '', body: '8BITMIME', smtpUtf8: false },
  messageId: '',
  subject: '',
  size: 0,
  source: '',
  sourceAddress: '',
}

function readMeta(stored: string): { readonly meta: Meta; readonly damage?: string } {
  const [head, checksum] = /^\{"checksum":(\d{1,10}),/.exec(stored) ?? []
  const text = head === undefined ? stored : `{${stored.slice(head.length)}`
  const isWhole = checksum === undefined || crc32(text) === Number(checksum)
  const meta = isWhole ? parsed(text) : undefined
  if (isMeta(meta)) return { meta }
  return { meta: unreadable, damage: 'its envelope is damaged' }
}

function isMeta(value: unknown): value is Meta {
  if (typeof value !== 'object' || value === null || !('envelope' in value)) return false
  const { envelope } = value
  const hasSender = typeof envelope === 'object' && envelope !== null && 'sender' in envelope
  return hasSender && typeof envelope.sender === 'string'
}

function readRecipients(stored: string): {
  readonly recipients: readonly CopyRecipient[]
  readonly damage?: string
} {
  const rows = parsed(stored)
  const recipients = Array.isArray(rows) ? rows.map(readRecipient) : [undefined]
  const whole = recipients.filter((one) => one !== undefined)
  if (whole.length === recipients.length) return { recipients: whole }
  return { recipients: addressesIn(stored), damage: 'its recipients are damaged' }
}

function readRecipient(row: unknown): CopyRecipient | undefined {
  if (typeof row !== 'object' || row === null || !('address' in row)) return undefined
  if (typeof row.address !== 'string') return undefined
  if (!('checksum' in row)) return row as CopyRecipient
  if (crc32(row.address) !== row.checksum) return undefined
  const { checksum: _, ...recipient } = row
  return recipient as CopyRecipient
}

/** What was kept of a queue's next hop; undefined where that is damaged, for it is found out anew. */
export function retryStateOf(stored: string): RetryState | undefined {
  const state = parsed(stored)
  return isRetryState(state) ? state : undefined
}

function isRetryState(value: unknown): value is RetryState {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  const numbers = ['retryCount', 'firstRetryAt', 'lastRetryAt', 'nextRetryAt']
  const isWhole = numbers.every((name) => typeof fields.get(name) === 'number')
  const host = fields.get('remoteHost') ?? ''
  return isWhole && typeof fields.get('lastError') === 'string' && typeof host === 'string'
}

/** What looks like a recipient, for the sender to read; one that says so when nothing does. */
function addressesIn(stored: string): CopyRecipient[] {
  const found = [...stored.matchAll(/"address":"([^"\\]+)"/g)].map(([, address = '']) => address)
  return (found.length === 0 ? ['unknown'] : found).map((address) => ({ address }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
