import { expect, test } from 'vitest'
import {
  addressList,
  addressesOf,
  statusList,
  statusesOf,
} from '../../../src/logs/tracking-list.ts'

test.each([
  { addresses: [], field: '' },
  { addresses: ['bob@example.com'], field: 'bob@example.com' },
  { addresses: ['bob@example.com', 'eve@example.com'], field: 'bob@example.com;eve@example.com' },
  {
    addresses: ['"a;b"@example.com', String.raw`"\";"@example.com`, 'c@example.com'],
    field: String.raw`"a;b"@example.com;"\";"@example.com;c@example.com`,
  },
])('addresses as $field', ({ addresses, field }) => {
  expect(addressList(addresses)).toBe(field)
  expect(addressesOf(field)).toEqual(addresses)
})

test.each([
  { statuses: [], field: '' },
  { statuses: ['550 5.1.1 one; two'], field: '550 5.1.1 one; two' },
  { statuses: ['250 OK', '250 OK'], field: '250 OK;250 OK' },
  { statuses: ['550 a; b', '250 OK', ''], field: '{550 a; b};250 OK;' },
  { statuses: ['{550 a}', '550 b; c'], field: '{{550 a}};{550 b; c}' },
])('statuses as $field', ({ statuses, field }) => {
  expect(statusList(statuses)).toBe(field)
  expect(statusesOf(field, statuses.length)).toEqual(statuses)
})

test("a peer's text cannot end its own braces", () => {
  const field = statusList(['550 a};b', '250 OK'])
  expect(statusesOf(field, 2)).toEqual(['550 a} ;b', '250 OK'])
})

test('a list of a foreign file that was cut is read as far as it goes', () => {
  expect(statusesOf('{550 a; b', 2)).toEqual(['550 a; '])
  expect(addressesOf('a@example.com;;"b')).toEqual(['a@example.com', '"b'])
})
