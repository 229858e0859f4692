import type { HeaderBlock } from './header-block.ts'
import type { MessagePriority } from './message-properties.ts'

/** Fields by which senders say how urgent a message is, the first that says so counting, with what they say. */
const fields: readonly [string, (value: string) => MessagePriority | undefined][] = [
  ['x-priority', ofNumber],
  ['importance', ofWord],
  ['x-msmail-priority', ofWord],
  ['priority', ofWord],
]

const words: Readonly<Record<string, MessagePriority>> = {
  high: 'High',
  highest: 'High',
  urgent: 'High',
  normal: 'Normal',
  low: 'Low',
  lowest: 'Low',
  'non-urgent': 'Low',
}

/**
 * How urgent the sender says that the message is: X-Priority (1 and 2 high, 4 and 5 low), Importance (RFC 2156
 * 5.3.4), X-MSMail-Priority, Priority. Undefined when the header says nothing of it.
 */
export function statedPriority(header: HeaderBlock): MessagePriority | undefined {
  for (const [name, read] of fields) {
    const value = header.value(name)
    const priority = value === undefined ? undefined : read(value)
    if (priority !== undefined) return priority
  }
  return undefined
}

/** `1`, or `1 (Highest)`. */
function ofNumber(value: string): MessagePriority | undefined {
  const [, digit] = /^([1-5])(?!\d)/.exec(value) ?? []
  if (digit === undefined) return ofWord(value)
  if (digit === '3') return 'Normal'
  return digit < '3' ? 'High' : 'Low'
}

function ofWord(value: string): MessagePriority | undefined {
  const word = value.toLowerCase()
  return Object.hasOwn(words, word) ? words[word] : undefined
}
