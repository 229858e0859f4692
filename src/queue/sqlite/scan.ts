import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { Clock } from '../../base/clock.ts'
import { wildcard } from '../../base/wildcard.ts'
import type { CopyNumber, CopyTest, CopyText } from '../copy-test.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import { type Inquiry, suspendedDue } from './protocol.ts'
import type { QueueRegistry } from './registry.ts'

export type CopyRowRead = Record<string, SQLOutputValue>
type ScanQuery = Extract<Inquiry, { kind: 'scan' }>

/** Where a walk stands: behind this copy. */
type Mark = readonly [due: number, message: number, id: number]

/**
 * How many copies one call with tests looks at, found or not. What a test costs hangs on its text, a
 * stranger's, so as many are taken as made a call of some milliseconds: accepted mail waits for it.
 */
const copiesPerCall = { least: 20, first: 200, most: 1500 }
const briefCall: Milliseconds = 5
const longCall: Milliseconds = 10
/** Statements with tests that are kept for the next page of the same walk. */
const keptStatements = 4

/** The columns of a whole copy, with what is known of its message. */
export const copyColumns = `copy.message, copy.id, copy.queue, due, received, attempts, delayNotified,
  lastError, recipients, meta FROM copy LEFT JOIN message ON message.id = copy.message`

/** One page of a walk. */
export interface ScannedRows {
  readonly rows: readonly CopyRowRead[]
  readonly next?: string
}

/** Walks over the copies in the order of age, or in one queue in the order in which they are due. */
export class QueueScan {
  readonly #database: DatabaseSync
  readonly #registry: QueueRegistry
  readonly #ends: Readonly<Record<Order, StatementSync>>
  readonly #pages = new Map<string, StatementSync>()
  readonly #ofMessage: StatementSync
  readonly #clock: Pick<Clock, 'monotonic'>
  #copiesPerCall = copiesPerCall.first

  constructor(
    database: DatabaseSync,
    {
      registry,
      clock,
    }: { readonly registry: QueueRegistry; readonly clock: Pick<Clock, 'monotonic'> },
  ) {
    this.#database = database
    this.#registry = registry
    this.#clock = clock
    database.function('fits', { deterministic: true }, fits())
    this.#ends = {
      age: database.prepare(endSql('age')),
      newest: database.prepare(endSql('newest')),
      due: database.prepare(endSql('due')),
    }
    this.#ofMessage = database.prepare(
      `SELECT ${copyColumns} WHERE copy.message = ? AND copy.id > ? AND (? IS NULL OR copy.queue = ?)
       ORDER BY copy.id LIMIT ?`,
    )
  }

  page(query: ScanQuery): ScannedRows {
    const number = query.queue && (this.#registry.find(query.queue)?.number ?? -1)
    if (query.messageId !== undefined) {
      const [, , id] = markOf(query.after, 'age')
      const place: SQLInputValue[] = [query.messageId, id, number ?? null, number ?? null]
      return withNext(this.#ofMessage.all(...place, query.limit), query.limit)
    }
    if (query.tests === undefined || query.tests.length === 0) return this.#walk(query, number)
    const begun = this.#clock.monotonic()
    const rows = this.#walk(query, number)
    this.#adapt(this.#clock.monotonic() - begun)
    return rows
  }

  #adapt(spent: Milliseconds): void {
    const { least, most } = copiesPerCall
    if (spent > longCall) this.#copiesPerCall = Math.max(this.#copiesPerCall >> 1, least)
    else if (spent < briefCall) this.#copiesPerCall = Math.min(this.#copiesPerCall * 2, most)
  }

  #walk(
    { tests = [], limit, after, newestFirst = false }: ScanQuery,
    number: number | undefined,
  ): ScannedRows {
    const wanted = newestFirst ? 'newest' : 'age'
    const order: Order = number === undefined ? wanted : 'due'
    const from = placeIn(order, markOf(after, order))
    const queue = number === undefined ? [] : [number]
    const end =
      tests.length === 0
        ? undefined
        : this.#ends[order].get(...queue, ...from, this.#copiesPerCall - 1)
    const to = end === undefined ? [] : placeIn(order, markIn(end))
    const sql = pageSql(order, { tests, bounded: end !== undefined })
    const values = [...queue, ...from, ...to, ...tests.map(valueOf), limit]
    const page = withNext(this.#page(sql).all(...values), limit)
    if (page.next !== undefined || end === undefined) return page
    return { rows: page.rows, next: markIn(end).join('/') }
  }

  #page(sql: string): StatementSync {
    const known = this.#pages.get(sql)
    if (known !== undefined) return known
    const [oldest] = this.#pages.keys()
    if (oldest !== undefined && this.#pages.size >= keptStatements) this.#pages.delete(oldest)
    const statement = this.#database.prepare(sql)
    this.#pages.set(sql, statement)
    return statement
  }
}

type Order = 'age' | 'newest' | 'due'

interface OrderSql {
  readonly columns: string
  readonly places: string
  readonly sorted: string
  /** Which copies come behind a mark. */
  readonly behind: '>' | '<'
}

const orders: Readonly<Record<Order, OrderSql>> = {
  age: {
    ...{ columns: 'copy.message, copy.id', places: '?, ?', behind: '>' },
    sorted: 'copy.message, copy.id',
  },
  newest: {
    ...{ columns: 'copy.message, copy.id', places: '?, ?', behind: '<' },
    sorted: 'copy.message DESC, copy.id DESC',
  },
  due: {
    ...{ columns: 'due, copy.message, copy.id', places: '?, ?, ?', behind: '>' },
    sorted: 'due, copy.message, copy.id',
  },
}

/** The last of the copies that one call looks at; read from an index alone. */
function endSql(order: Order): string {
  const { columns, places, behind, sorted } = orders[order]
  const queue = order === 'due' ? 'queue = ? AND' : ''
  return `SELECT due, message, id FROM copy WHERE ${queue} (${columns}) ${behind} (${places})
    ORDER BY ${sorted} LIMIT 1 OFFSET ?`
}

function pageSql(
  order: Order,
  { tests, bounded }: { readonly tests: readonly CopyTest[]; readonly bounded: boolean },
): string {
  const { columns, places, behind, sorted } = orders[order]
  const upTo = behind === '>' ? '<=' : '>='
  const conditions = [
    ...(order === 'due' ? ['copy.queue = ?'] : []),
    `(${columns}) ${behind} (${places})`,
    ...(bounded ? [`(${columns}) ${upTo} (${places})`] : []),
    ...tests.map(conditionOf),
  ]
  return `SELECT ${copyColumns} WHERE ${conditions.join(' AND ')} ORDER BY ${sorted} LIMIT ?`
}

const fields: Readonly<Record<CopyNumber | CopyText, string>> = {
  id: 'copy.message',
  // As it is shown: the sender of a notification is `<>`.
  sender: `coalesce(nullif(json_extract(meta, '$.envelope.sender'), ''), '<>')`,
  subject: `json_extract(meta, '$.subject')`,
  messageId: `json_extract(meta, '$.messageId')`,
  source: `json_extract(meta, '$.source')`,
  sourceAddress: `json_extract(meta, '$.sourceAddress')`,
  size: `json_extract(meta, '$.size')`,
  receivedAt: 'received',
  attempts: 'attempts',
  recipients: 'recipients',
  suspended: `(due = ${suspendedDue})`,
}

function conditionOf({ field, operator }: CopyTest): string {
  return operator === 'fits' ? `fits(?, ${fields[field]})` : `${fields[field]} ${operator} ?`
}

const valueOf = (test: CopyTest) => (test.operator === 'fits' ? test.pattern : test.value)

/** Tests that are kept ready, for a walk asks for the same ones again and again. */
const keptPatterns = 20

/** The function that SQL calls; its own LIKE takes time without bounds for several wildcards. */
function fits(): (pattern: SQLOutputValue, text: SQLOutputValue) => number {
  const known = new Map<string, (text: string) => boolean>()
  const matcherOf = (pattern: string) => {
    const found = known.get(pattern)
    if (found !== undefined) return found
    if (known.size >= keptPatterns) known.clear()
    const made = wildcard(pattern)
    known.set(pattern, made)
    return made
  }
  return (pattern, text) => Number(matcherOf(String(pattern))(String(text ?? '')))
}

function markOf(after: string | undefined, order: Order): Mark {
  if (after === undefined) return order === 'newest' ? [-1, Number.MAX_SAFE_INTEGER, 0] : [-1, 0, 0]
  const [due = -1, message = 0, id = 0] = after.split('/').map(Number)
  return [due, message, id]
}

function markIn(row: CopyRowRead): Mark {
  return [Number(row['due']), Number(row['message']), Number(row['id'])]
}

const placeIn = (order: Order, [due, message, id]: Mark) =>
  order === 'due' ? [due, message, id] : [message, id]

function withNext(rows: readonly CopyRowRead[], limit: number): ScannedRows {
  const last = rows.at(-1)
  if (last === undefined || rows.length < limit) return { rows }
  return { rows, next: markIn(last).join('/') }
}
