import { setImmediate as nextTurn } from 'node:timers/promises'
import type { HeaderBlock } from '../../message/header-block.ts'
import { mailboxes } from '../../message/mailbox-list.ts'
import type { RewriteAddress } from './address-rewrite-table.ts'

/** The fields that say who sends, rewritten on the way out. */
export const outboundFields: ReadonlySet<string> = new Set([
  'from',
  'sender',
  'reply-to',
  'return-receipt-to',
  'disposition-notification-to',
  'resent-from',
  'resent-sender',
])

/** The fields that say to whom, rewritten on the way in. */
export const inboundFields: ReadonlySet<string> = new Set(['to', 'cc'])

/** A field whose value is another one now. */
export interface RewrittenField {
  /** Lower case. */
  readonly name: string
  /** Which of the fields of this name, from the top. */
  readonly index: number
  /** Behind the colon, folds included, without the line end. */
  readonly octets: Buffer
}

/**
 * The fields that change. Names, comments, folds and all other octets of them stay as they are. Others go first now and
 * then while a long one is read.
 */
export async function rewrittenFields(
  header: HeaderBlock,
  names: ReadonlySet<string>,
  rewrite: RewriteAddress,
): Promise<readonly RewrittenField[]> {
  const counts = new Map<string, number>()
  const rewritten: RewrittenField[] = []
  for (const { name, valueStart, end } of header.fields) {
    if (!names.has(name)) continue
    const index = counts.get(name) ?? 0
    counts.set(name, index + 1)
    const value = header.bytes.subarray(valueStart, endOfValue(header.bytes, valueStart, end))
    const octets = await rewrittenValue(value, rewrite)
    if (octets !== undefined) rewritten.push({ name, index, octets })
  }
  return rewritten
}

/** The value with its addresses rewritten; undefined when none of them is. */
export async function rewrittenValue(
  value: Buffer,
  rewrite: RewriteAddress,
): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let done = 0
  for (const mailbox of mailboxes(value)) {
    if (mailbox === undefined) {
      await nextTurn()
      continue
    }
    const { address, start, end } = mailbox
    const other = address === undefined ? undefined : rewrite(address)
    if (other === undefined) continue
    parts.push(value.subarray(done, start), Buffer.from(other))
    done = end
  }
  return parts.length === 0 ? undefined : Buffer.concat([...parts, value.subarray(done)])
}

function endOfValue(bytes: Buffer, start: number, end: number): number {
  let last = end
  while (last > start && (bytes[last - 1] === 0x0a || bytes[last - 1] === 0x0d)) last--
  return last
}
