import { NotUnderstood } from '../admin/admin-endpoint.ts'
import {
  type CopyTest,
  copyNumbers,
  copyTexts,
  longestPattern,
  mostTests,
} from '../queue/copy-test.ts'
import { type DeliveryType, isDeliveryType } from '../queue/delivery-kinds.ts'
import type { QueueKey } from '../queue/queue-key.ts'
import { type QueueTest, testedNumbers, testedTexts } from '../queue/scheduler/queue-test.ts'
import type { CopyPlace } from '../queue/stored-message.ts'

/*
 * Checks by hand what comes by the admin socket: a schema library would cost every Transport process
 * 14 MB from the first question on.
 */

/** The most messages or queues that one question may be about. */
export const mostAtOnce = 1000

export type Parameters = Readonly<Record<string, unknown>>

/** Named parameters, none but the `known` ones. Throws NotUnderstood, as all of these. */
export function parametersOf(given: unknown, known: readonly string[]): Parameters {
  const parameters = record(given ?? {}, 'the parameters')
  const strange = Object.keys(parameters).find((name) => !known.includes(name))
  if (strange !== undefined) throw new NotUnderstood(`there is no parameter "${strange}"`)
  return parameters
}

/** Undefined when it is absent. */
export function optional<T>(
  value: unknown,
  name: string,
  check: (value: unknown, name: string) => T,
): T | undefined {
  return value === undefined ? undefined : check(value, name)
}

export function wholeNumber(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new NotUnderstood(`${name} must be a whole number`)
}

export function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw new NotUnderstood(`${name} must be text`)
}

export function truth(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new NotUnderstood(`${name} must be true or false`)
}

export function oneOf<const Word extends string>(words: readonly Word[]) {
  return (value: unknown, name: string): Word => {
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw new NotUnderstood(`${name} must be one of ${words.join(', ')}`)
  }
}

export function listOf<T>(check: (value: unknown, name: string) => T) {
  return (value: unknown, name: string): T[] => {
    if (!Array.isArray(value) || value.length > mostAtOnce)
      throw new NotUnderstood(`${name} must be a list of ${mostAtOnce} at most`)
    return value.map((each: unknown) => check(each, name))
  }
}

export function queueKey(value: unknown, name: string): QueueKey {
  const key = record(value, name)
  return {
    deliveryType: deliveryType(key['deliveryType'], `${name}.deliveryType`),
    nextHopDomain: text(key['nextHopDomain'], `${name}.nextHopDomain`),
    nextHopConnector: text(key['nextHopConnector'], `${name}.nextHopConnector`),
  }
}

export function place(value: unknown, name: string): CopyPlace {
  const { message, id } = record(value, name)
  return { message: wholeNumber(message, `${name}.message`), id: wholeNumber(id, `${name}.id`) }
}

/** What every copy must fulfil. Nothing but whole tests: one that is not understood would mean all. */
export function copyTests(value: unknown, name: string): readonly CopyTest[] {
  return testsOf(value, name, (test, name) =>
    test['operator'] === 'fits'
      ? { field: oneOf(copyTexts)(test['field'], `${name}.field`), ...fitting(test, name) }
      : { field: oneOf(copyNumbers)(test['field'], `${name}.field`), ...comparing(test, name) },
  )
}

/** The same of queues. */
export function queueTests(value: unknown, name: string): readonly QueueTest[] {
  return testsOf<QueueTest>(value, name, (test, name) => {
    if (test['field'] === 'name') {
      const operator = oneOf(['='])(test['operator'], `${name}.operator`)
      return { field: 'name', operator, value: pattern(test['value'], `${name}.value`) }
    }
    return test['operator'] === 'fits'
      ? { field: oneOf(testedTexts)(test['field'], `${name}.field`), ...fitting(test, name) }
      : { field: oneOf(testedNumbers)(test['field'], `${name}.field`), ...comparing(test, name) }
  })
}

function testsOf<Test extends object>(
  value: unknown,
  name: string,
  read: (test: Parameters, name: string) => Test,
): readonly Test[] {
  const tests = listOf((each) => each)(value, name)
  if (tests.length > mostTests) throw new NotUnderstood(`${name} must be ${mostTests} at most`)
  return tests.map((each, at) => {
    const place = `${name}[${at}]`
    const given = record(each, place)
    const test = read(given, place)
    const strange = Object.keys(given).find((key) => !Object.hasOwn(test, key))
    if (strange === undefined) return test
    throw new NotUnderstood(`${place} has a "${strange}" that is not known`)
  })
}

const fitting = (test: Parameters, name: string) => ({
  operator: 'fits' as const,
  pattern: pattern(test['pattern'], `${name}.pattern`),
})

function pattern(value: unknown, name: string): string {
  const given = text(value, name)
  if (given !== '' && given.length <= longestPattern) return given
  throw new NotUnderstood(`${name} must have 1 to ${longestPattern} characters`)
}

function comparing(test: Parameters, name: string) {
  const operator = comparison(test['operator'], `${name}.operator`)
  const { value } = test
  if (typeof value !== 'number') throw new NotUnderstood(`${name}.value must be a number`)
  return { operator, value }
}

function deliveryType(value: unknown, name: string): DeliveryType {
  if (isDeliveryType(value)) return value
  throw new NotUnderstood(`${name} must be a delivery type`)
}

const comparison = oneOf(['=', '<', '<=', '>', '>='])

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new NotUnderstood(`${name} must be an object`)
}
