import { expect, test } from 'vitest'
import { parseHelloDomain } from '../../../src/smtp/hello.ts'
import { invalidDomainName } from '../../../src/smtp/replies.ts'

test.each([
  '',
  'mail.example.com',
  'WORK_STATION-1',
  'localhost',
  '[192.0.2.1]',
  '[IPv6:2001:db8::1]',
  '192.0.2.1',
  'x'.repeat(255),
])('%j names a client', (argument) => {
  expect(parseHelloDomain(argument)).toBe(argument)
})

test.each([
  'two words',
  'a@example.com',
  '<host>',
  'host/1',
  '[192.0.2.1',
  '192.0.2.1]',
  '[]',
  'grå.example.com',
  'host;drop',
  'x'.repeat(256),
])('%j does not', (argument) => {
  expect(parseHelloDomain(argument)).toBe(invalidDomainName)
})
