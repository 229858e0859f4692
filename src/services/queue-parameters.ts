import { NotUnderstood } from '../admin/admin-endpoint.ts'
import type { CopyTest, TestedField } from '../queue/copy-test.ts'
import type { DeliveryType, QueueKey } from '../queue/queue-key.ts'
import { type QueueTest, testedNumbers, testedTexts } from '../queue/queue-test.ts'
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

export function copyTest(value: unknown, name: string): CopyTest {
  const test = record(value, name)
  const field = testedField(test['field'], `${name}.field`)
  if (test['operator'] === 'like') {
    return { field, operator: 'like', pattern: text(test['pattern'], `${name}.pattern`) }
  }
  return { field, ...numberTest(test, name) }
}

function numberTest(test: Readonly<Record<string, unknown>>, name: string) {
  const operator = comparison(test['operator'], `${name}.operator`)
  const { value } = test
  if (typeof value !== 'number') throw new NotUnderstood(`${name}.value must be a number`)
  return { operator, value }
}

export function queueTest(value: unknown, name: string): QueueTest {
  const test = record(value, name)
  if (test['field'] === 'name') {
    return { field: 'name', operator: '=', value: text(test['value'], `${name}.value`) }
  }
  if (test['operator'] === 'like') {
    const field = oneOf(testedTexts)(test['field'], `${name}.field`)
    return { field, operator: 'like', pattern: text(test['pattern'], `${name}.pattern`) }
  }
  const field = oneOf(testedNumbers)(test['field'], `${name}.field`)
  return { field, ...numberTest(test, name) }
}

const deliveryType = oneOf<DeliveryType>([
  ...(['DnsConnectorDelivery', 'SmartHostConnectorDelivery'] as const),
  ...(['SmtpRelayToServers', 'Undefined', 'Unreachable'] as const),
])

const testedField = oneOf<TestedField>([
  ...(['id', 'sender', 'subject', 'messageId', 'source', 'sourceAddress'] as const),
  ...(['size', 'receivedAt', 'attempts', 'recipients', 'suspended'] as const),
])

const comparison = oneOf(['=', '<', '<=', '>', '>='])

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new NotUnderstood(`${name} must be an object`)
}
