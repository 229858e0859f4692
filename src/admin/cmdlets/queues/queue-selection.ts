import {
  type CopyNumber,
  type CopyTest,
  type CopyText,
  longestPattern,
  mostTests,
} from '../../../queue/copy-test.ts'
import { queueKeyText } from '../../../queue/queue-key.ts'
import type { MessageView, QueueName } from '../../../queue/scheduler/queue-views.ts'
import { parseByteSize } from '../../../base/byte-size.ts'
import { parseDate } from '../../values/dates.ts'
import { quantityOf } from '../../values/compare.ts'
import { hasWildcards, wildcard } from '../../../base/wildcard.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { Filter } from '../../shell/filter.ts'
import type { Condition } from '../../shell/filter-condition.ts'
import type { FilterOperator } from '../../shell/filter-properties.ts'
import type { MessageSelection, QueueServer } from './queue-server.ts'
import type { SortKey, SortedProperty } from './sort-order.ts'
import type { Bounds } from './sorted-search.ts'
import { meansThisServer } from '../configuration/this-server.ts'

export function notFound(kind: 'queue' | 'message', identity: string): ShellError {
  return new ShellError(`The ${kind} '${identity}' couldn't be found.`, {
    ...{ id: 'ObjectNotFoundException', category: 'ObjectNotFound' },
    ...{ target: identity, targetType: kind === 'queue' ? 'QueueIdentity' : 'MessageIdentity' },
  })
}

/**
 * A test for a queue's identity: `Server\Queue` or `Queue`, a next hop's domain, with wildcards. Fails
 * when it names another server than this.
 */
export async function queueTest(
  server: QueueServer,
  identity: string,
): Promise<(queue: QueueName) => boolean> {
  const [queue = '', owner] = identity.split('\\').reverse()
  const isHere = owner === undefined || meansThisServer(owner, await server.server())
  const isQueue = matcher(queue)
  return ({ Identity, key }) =>
    isHere && (isQueue(Identity.split('\\').at(-1) ?? '') || isQueue(key.nextHopDomain))
}

function matcher(pattern: string): (text: string) => boolean {
  if (hasWildcards(pattern) && !pattern.startsWith('[')) return wildcard(pattern)
  const lower = pattern.toLowerCase()
  return (text) => text.toLowerCase() === lower
}

/** Queues that always are, though they are not always shown: empty they are no error. */
export function isPersistentQueue(identity: string): boolean {
  return /(?:^|\\)(?:submission|unreachable|poison)$/i.test(identity)
}

/** The queues with this name; fails when there is none. */
async function queuesNamed(
  server: QueueServer,
  names: readonly QueueName[],
  identity: string,
): Promise<readonly QueueName[]> {
  const found = names.filter(await queueTest(server, identity))
  const exact = found.find(({ Identity }) => Identity.toLowerCase() === identity.toLowerCase())
  if (exact !== undefined) return [exact]
  if (found.length > 0 || isPersistentQueue(identity)) return found
  throw notFound('queue', identity)
}

/** Which messages are meant, as far as the queue can look for them, and a test for those it finds. */
export interface MeantMessages {
  readonly selection: MessageSelection
  readonly includes: (view: MessageView) => boolean
}

/** All messages of the queues with this name, or those of them that have the number. */
export async function messagesIn(
  server: QueueServer,
  queue: string,
  messageId?: number,
): Promise<MeantMessages> {
  const numbered = messageId === undefined ? {} : { messageId }
  const names = await server.names()
  const found = await queuesNamed(server, names, queue)
  const keys = new Map(found.map(({ key }) => [queueKeyText(key), key]))
  const [only] = keys.values()
  if (keys.size === 1 && only !== undefined) {
    return { selection: { ...numbered, queue: only }, includes: () => true }
  }
  // With several worker processes a queue has several names, and a message is shown with one of them.
  const shown = names.filter(({ key }) => keys.has(queueKeyText(key)))
  const identities = new Set(shown.map(({ Identity }) => Identity))
  return { selection: numbered, includes: ({ Queue }) => identities.has(Queue) }
}

/** `Server\Queue\17`, `Queue\17`, `Server\*\17`, `*\17` or `17`. */
export async function messageNamed(server: QueueServer, identity: string): Promise<MeantMessages> {
  const at = identity.lastIndexOf('\\')
  const number = identity.slice(at + 1)
  if (!/^\d{1,16}$/.test(number)) {
    throw new ShellError(
      `'${identity}' is no message identity. Use Server\\Queue\\Number, Queue\\Number or Number, as Get-Message shows it.`,
      { id: 'InvalidMessageIdentity', category: 'InvalidArgument', target: identity },
    )
  }
  const messageId = Number(number)
  const queue = at === -1 ? '*' : identity.slice(0, at)
  if (queue === '*') return { selection: { messageId }, includes: () => true }
  return await messagesIn(server, queue, messageId)
}

/** What of a filter the queue itself can look for. The filter must be asked again for what it finds. */
export function filterSelection(filter: Filter, names: readonly QueueName[]): MessageSelection {
  const tests: CopyTest[] = []
  let selection: MessageSelection = {}
  for (const comparison of conjuncts(filter.condition)) {
    const { property, operator, value } = comparison
    if (property === 'queue' && operator === 'eq' && !hasWildcards(value)) {
      const queue = names.find(({ Identity }) => Identity.toLowerCase() === value.toLowerCase())
      if (queue !== undefined) selection = { ...selection, queue: queue.key }
    } else if (property === 'identity' && operator === 'eq') {
      const number = Number(/\\(\d{1,15})$/.exec(value)?.[1] ?? Number.NaN)
      if (!Number.isNaN(number)) selection = { ...selection, messageId: number }
    } else {
      const test = testOf(comparison)
      if (test !== undefined) tests.push(test)
    }
  }
  return tests.length === 0 ? selection : { ...selection, tests: tests.slice(0, mostTests) }
}

/** A comparison with a value: what is there without one only the shell knows. */
export interface ValueComparison {
  /** In lower case. */
  readonly property: string
  readonly operator: FilterOperator
  readonly value: string
}

/** The comparisons that must all hold. */
export function conjuncts(condition: Condition): readonly ValueComparison[] {
  if (condition.kind === 'and') return [condition.left, condition.right].flatMap(conjuncts)
  if (condition.kind !== 'comparison' || condition.value === null) return []
  const { property, operator, value } = condition
  return [{ property: property.toLowerCase(), operator, value }]
}

const textFields: Readonly<Record<string, CopyText>> = {
  fromaddress: 'sender',
  subject: 'subject',
  internetmessageid: 'messageId',
  messagesourcename: 'source',
  sourceip: 'sourceAddress',
}

const numberFields: Readonly<Record<string, readonly [CopyNumber, (text: string) => number]>> = {
  size: ['size', (text) => parseByteSize(text) ?? Number(text)],
  retrycount: ['attempts', Number],
  // A time without a day means that of each message's own day.
  datereceived: ['receivedAt', (text) => (/[/-]/.test(text) ? timeIn(text) : Number.NaN)],
}

const timeIn = (text: string) => parseDate(text, new Date())?.getTime() ?? Number.NaN

/** The signs of numeric tests. */
export const comparisons: Partial<Record<FilterOperator, '=' | '<' | '<=' | '>' | '>='>> = {
  eq: '=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}

/**
 * What must hold of the stored number when it does so of the shown one. What is shown as RetryCount counts
 * the attempts of the queue, too, so it is never less than what is stored of the message.
 */
function storedTest(
  field: CopyNumber,
  operator: '=' | '<' | '<=' | '>' | '>=',
  value: number,
): CopyTest | undefined {
  if (field !== 'attempts' || operator === '<' || operator === '<=')
    return { field, operator, value }
  return operator === '=' ? { field, operator: '<=', value } : undefined
}

/** What of the bounds of sorted results the queue itself can look for: numbers alone. */
export function boundTests(
  sorted: SortedProperty | undefined,
  { from, to }: ReturnType<Bounds>,
): readonly CopyTest[] {
  const { property, descending } = sorted ?? { property: 'Identity', descending: false }
  const field = property === 'Identity' ? 'id' : numberFields[property.toLowerCase()]?.[0]
  if (field === undefined) return []
  const number = (key: SortKey) =>
    sorted === undefined || property === 'Identity'
      ? Number(/\d+$/.exec(key.identity)?.[0])
      : quantityOf(key.values[0] ?? null)
  const ends = [
    { key: from, operator: descending ? '<=' : '>=' },
    { key: to, operator: descending ? '>=' : '<=' },
  ] as const
  return ends.flatMap(({ key, operator }) => {
    const value = key && number(key)
    if (value === undefined || Number.isNaN(value)) return []
    return storedTest(field, operator, value) ?? []
  })
}

/** Part of an address or of an error, rather than of the numbers that stand beside them. */
const inRecipients = /^\*[\w.@+-]*[A-Za-z@][\w.@+-]*\*$/

function testOf({ property, operator, value }: ValueComparison): CopyTest | undefined {
  if (property === 'status' && operator === 'eq' && value.toLowerCase() === 'suspended') {
    return { field: 'suspended', operator: '=', value: 1 }
  }
  if (property === 'recipients' && operator === 'like') {
    const fits = inRecipients.test(value) && value.length <= longestPattern
    return fits ? { field: 'recipients', operator: 'fits', pattern: value } : undefined
  }
  const text = textFields[property]
  if (text !== undefined) {
    const pattern = patternOf(operator, value)
    return pattern === undefined ? undefined : { field: text, operator: 'fits', pattern }
  }
  const number = numberFields[property]
  const sign = comparisons[operator]
  if (number === undefined || sign === undefined) return undefined
  const limit = number[1](value)
  if (Number.isNaN(limit)) return undefined
  return storedTest(number[0], sign, limit)
}

/** The pattern for what a comparison asks of a text, as the queue looks for it; undefined when there is none. */
export function patternOf(operator: FilterOperator, value: string): string | undefined {
  if (value === '' || value.length > longestPattern) return undefined
  if (operator === 'like') return value
  return operator === 'eq' && !hasWildcards(value) && !value.includes('`') ? value : undefined
}
