import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configJsonSchema } from '../../../src/config/json-schema.ts'

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

const schema = configJsonSchema() as Schema

/** What of `value` the schema does not allow; the keywords that our schema uses. */
function violations(value: unknown, rule: Schema, path = ''): string[] {
  if (rule.anyOf !== undefined) {
    const each = rule.anyOf.map((branch) => violations(value, branch, path))
    return each.some((found) => found.length === 0) ? [] : each.flat()
  }
  if (Array.isArray(value) && rule.type === 'array')
    return value.flatMap((item, index) => violations(item, rule.items ?? {}, `${path}[${index}]`))
  if (typeof value === 'object' && value !== null && rule.type === 'object')
    return objectViolations(value as Record<string, unknown>, rule, path)
  return scalarFits(value, rule) ? [] : [`${path}: ${String(value)}`]
}

function objectViolations(
  value: Readonly<Record<string, unknown>>,
  rule: Schema,
  path: string,
): string[] {
  const missing = (rule.required ?? []).filter((name) => !(name in value))
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const property = rule.properties?.[name]
      return property === undefined
        ? [`${path}.${name} is unknown`]
        : violations(inner, property, `${path}.${name}`)
    }),
  ]
}

function scalarFits(value: unknown, rule: Schema): boolean {
  if (rule.enum !== undefined && !rule.enum.includes(value)) return false
  if (rule.type === 'integer')
    return (
      Number.isInteger(value) &&
      Number(value) >= (rule.minimum ?? -Infinity) &&
      Number(value) <= (rule.maximum ?? Infinity)
    )
  if (rule.pattern !== undefined && !new RegExp(rule.pattern, 'u').test(String(value))) return false
  return rule.type === undefined || rule.type === typeof value
}

test.each(['server.yaml', 'edge.yaml'])('the shipped config/%s fits the schema', async (name) => {
  const text = await readFile(join(import.meta.dirname, '../../../config', name), 'utf8')
  expect(violations(parse(text), schema)).toEqual([])
})

describe('the schema refuses', () => {
  const connector = { Name: 'x', Bindings: ['192.0.2.1:25'], RemoteIPRanges: '0.0.0.0/0' }
  test.each<[string, unknown]>([
    ['an unknown section', { SendConector: [] }],
    ['an unknown setting', { ReceiveConnectors: [{ ...connector, Bindngs: '' }] }],
    ['a missing name', { ReceiveConnectors: [{ ...connector, Name: undefined }] }],
    ['a word that is none of the names', { Server: { Role: 'Hub' } }],
    [
      'a mechanism that is none',
      { ReceiveConnectors: [{ ...connector, AuthMechanism: ['Ntlm'] }] },
    ],
    [
      'a size with a wrong unit',
      { ReceiveConnectors: [{ ...connector, MaxMessageSize: '35 MiB' }] },
    ],
    ['a size that is too small', { ReceiveConnectors: [{ ...connector, MaxMessageSize: 1 }] }],
    ['a time in another notation', { TransportService: { MessageRetryInterval: '15m' } }],
    [
      'a count that is too large',
      { SendConnectors: [{ Name: 'x', AddressSpaces: '*', Port: 70_000 }] },
    ],
  ])('%s', (_, value) => expect(violations(value, schema)).not.toEqual([]))
})

test('each field tells an editor what it takes', () => {
  const fields = schema.properties?.['ReceiveConnectors']?.items?.properties
  expect(fields?.['ProtocolLoggingLevel']).toEqual({
    type: 'string',
    enum: ['None', 'Verbose'],
    description: 'one of None, Verbose',
  })
})
