import { expect, test } from 'vitest'
import {
  hashPassword,
  isPasswordHash,
  verifyPassword,
} from '../../../../src/receive/users/password.ts'

test('a hash fits its password only, and no two are equal', async () => {
  const [one, two] = await Promise.all([hashPassword('secret'), hashPassword('secret')])
  expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(two)
  expect(isPasswordHash(one)).toBe(true)
  expect(await verifyPassword('secret', one)).toBe(true)
  expect(await verifyPassword('Secret', one)).toBe(false)
})

test('the two ways to write an umlaut are one password', async () => {
  expect(
    await verifyPassword('gr\u00fcn', await hashPassword('gru\u0308n', { ln: 1, r: 1, p: 1 })),
  ).toBe(true)
})

test.each([
  '',
  'secret',
  '$scrypt$ln=15,r=8,p=1$c2FsdA$',
  '$scrypt$ln=31,r=8,p=1$c2FsdA$aGFzaA',
  '$scrypt$ln=0,r=8,p=1$c2FsdA$aGFzaA',
  '$2b$10$abcdefghijklmnopqrstuv',
])('"%s" is no hash, and no password fits it', async (text) => {
  expect(isPasswordHash(text)).toBe(false)
  expect(await verifyPassword('secret', text)).toBe(false)
})
