import {
  type QueueTest,
  type TestedNumber,
  type TestedText,
  testedNumbers,
  testedTexts,
} from '../../queue/queue-test.ts'
import type { Filter } from '../shell/filter.ts'
import { hasWildcards } from '../values/wildcard.ts'
import { type ValueComparison, comparisons, conjuncts, plain } from './queue-selection.ts'

/** What of a command's choice of queues the service itself can look for; the command looks again. */
export function testsOf(given: {
  readonly Identity?: string
  readonly Filter?: Filter
}): readonly QueueTest[] {
  const { Identity, Filter } = given
  if (Filter !== undefined) return filterTests(Filter)
  if (Identity === undefined || hasWildcards(Identity) || !plain.test(Identity)) return []
  return [{ field: 'name', operator: '=', value: Identity.split('\\').at(-1) ?? '' }]
}

/** The same of a filter. */
export function filterTests(filter: Filter): readonly QueueTest[] {
  return conjuncts(filter.condition).flatMap((comparison) => testOf(comparison) ?? [])
}

const texts = new Map<string, TestedText>(testedTexts.map((name) => [name.toLowerCase(), name]))
const numbers = new Map<string, TestedNumber>(
  testedNumbers.map((name) => [name.toLowerCase(), name]),
)

function testOf({ property, operator, value }: ValueComparison): QueueTest | undefined {
  const text = texts.get(property)
  if (text !== undefined) {
    const taken = operator === 'eq' ? !hasWildcards(value) : operator === 'like'
    // Classes and literal wildcards are the shell's; many runs would make the search slow.
    const simple = plain.test(value) && !/[[\]`]/.test(value) && value.split('*').length <= 4
    return taken && simple ? { field: text, operator: 'like', pattern: value } : undefined
  }
  const number = numbers.get(property)
  const sign = comparisons[operator]
  if (number === undefined || sign === undefined || value.trim() === '') return undefined
  const limit = Number(value)
  return Number.isNaN(limit) ? undefined : { field: number, operator: sign, value: limit }
}
