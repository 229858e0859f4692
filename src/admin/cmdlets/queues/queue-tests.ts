import {
  type QueueTest,
  type TestedNumber,
  type TestedText,
  testedNumbers,
  testedTexts,
} from '../../../queue/scheduler/queue-test.ts'
import type { Filter } from '../../shell/filter.ts'
import { hasWildcards } from '../../../base/wildcard.ts'
import { longestPattern, mostTests } from '../../../queue/copy-test.ts'
import { type ValueComparison, comparisons, conjuncts, patternOf } from './queue-selection.ts'

/** What of a command's choice of queues the service itself can look for; the command looks again. */
export function testsOf(given: {
  readonly Identity?: string
  readonly Filter?: Filter
}): readonly QueueTest[] {
  const { Identity, Filter } = given
  if (Filter !== undefined) return filterTests(Filter)
  const name = Identity?.split('\\').at(-1) ?? ''
  if (name === '' || hasWildcards(name) || name.length > longestPattern) return []
  return [{ field: 'name', operator: '=', value: name }]
}

/** The same of a filter. */
export function filterTests(filter: Filter): readonly QueueTest[] {
  const tests = conjuncts(filter.condition).flatMap((comparison) => testOf(comparison) ?? [])
  return tests.slice(0, mostTests)
}

const texts = new Map<string, TestedText>(testedTexts.map((name) => [name.toLowerCase(), name]))
const numbers = new Map<string, TestedNumber>(
  testedNumbers.map((name) => [name.toLowerCase(), name]),
)

function testOf({ property, operator, value }: ValueComparison): QueueTest | undefined {
  const text = texts.get(property)
  if (text !== undefined) {
    const pattern = patternOf(operator, value)
    return pattern === undefined ? undefined : { field: text, operator: 'fits', pattern }
  }
  const number = numbers.get(property)
  const sign = comparisons[operator]
  if (number === undefined || sign === undefined || value.trim() === '') return undefined
  const limit = Number(value)
  return Number.isNaN(limit) ? undefined : { field: number, operator: sign, value: limit }
}
