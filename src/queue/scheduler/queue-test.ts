import { wildcard } from '../../base/wildcard.ts'
import type { QueueView } from './queue-views.ts'

/** What of a queue the service can look at before it gives it out. */
export const testedTexts = [
  ...(['DeliveryType', 'LastError', 'NextHopConnector', 'NextHopDomain', 'Status'] as const),
] as const
export const testedNumbers = ['DeferredMessageCount', 'MessageCount', 'RetryCount'] as const
export type TestedText = (typeof testedTexts)[number]
export type TestedNumber = (typeof testedNumbers)[number]

/** One necessary condition on a queue, so that not all of them need travel. */
export type QueueTest =
  /** Text without regard to case, by the wildcards of `base/wildcard.ts`. */
  | { readonly field: TestedText; readonly operator: 'fits'; readonly pattern: string }
  /** The queue's own name (a number, say) or its next hop's domain, without regard to case. */
  | { readonly field: 'name'; readonly operator: '='; readonly value: string }
  | {
      readonly field: TestedNumber
      readonly operator: '=' | '<' | '<=' | '>' | '>='
      readonly value: number
    }

/** Whether a queue fulfils all of the tests. */
export function queueMatcher(tests: readonly QueueTest[]): (view: QueueView) => boolean {
  const matchers = tests.map(matcher)
  return (view) => matchers.every((matches) => matches(view))
}

function matcher(test: QueueTest): (view: QueueView) => boolean {
  if (test.field === 'name') {
    const wanted = test.value.toLowerCase()
    return ({ Identity, NextHopDomain }) =>
      NextHopDomain.toLowerCase() === wanted || Identity.toLowerCase().endsWith(`\\${wanted}`)
  }
  if (test.operator === 'fits') {
    const fits = wildcard(test.pattern)
    return (view) => fits(view[test.field])
  }
  const { field, operator, value } = test
  return (view) => compares[operator](view[field], value)
}

const compares = {
  '=': (a: number, b: number) => a === b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const
