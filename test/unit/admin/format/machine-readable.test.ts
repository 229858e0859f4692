import { expect, test } from 'vitest'
import { csvLine } from '../../../../src/admin/format/csv.ts'
import { toJson } from '../../../../src/admin/format/json.ts'
import {
  ByteSize,
  Flags,
  HashTable,
  SecureString,
  ShellObject,
  TimeSpan,
} from '../../../../src/admin/values/value.ts'

const inner = new ShellObject({ type: 'Inner', properties: { Deep: new HashTable([['A', 1]]) } })
const object = new ShellObject({
  type: 'Thing',
  properties: {
    Size: new ByteSize(1024),
    Unlimited: new ByteSize(Infinity),
    Span: new TimeSpan(90_000),
    Flags: new Flags(['Tls', 'BasicAuth']),
    List: ['a', 'b'],
    Date: new Date('2026-11-21T06:01:52Z'),
    Password: new SecureString('P@ss'),
    Nothing: null,
    Inner: inner,
  },
})

test('JSON has plain values', () => {
  expect(toJson(object, 2)).toEqual({
    Size: 1024,
    Unlimited: 'Unlimited',
    Span: '00:01:30',
    Flags: ['Tls', 'BasicAuth'],
    List: ['a', 'b'],
    Date: '2026-11-21T06:01:52.000Z',
    Password: 'System.Security.SecureString',
    Nothing: null,
    Inner: { Deep: { A: 1 } },
  })
})

test('JSON writes what is too deep as text', () => {
  expect(toJson(object, 0)).toMatchObject({ Inner: 'Inner' })
})

test('CSV quotes every field', () => {
  expect(csvLine([...object.properties.values()].slice(0, 6), ',')).toBe(
    '"1024","Unlimited","00:01:30","Tls, BasicAuth","a, b","2026-11-21T06:01:52.000Z"',
  )
  expect(csvLine(['a "b", c', null], ';')).toBe('"a ""b"", c";""')
})
