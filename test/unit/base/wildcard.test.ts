import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wildcard } from '../../../src/base/wildcard.ts'

/** The same meaning, worked out without regard to time. */
function slowly(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[\\^$.|+(){}]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
}

test('asterisks and question marks mean what they mean in an expression', () => {
  const letters = (more: readonly string[]) =>
    fc.array(fc.constantFrom(...more), { maxLength: 9 }).map((each) => each.join(''))
  fc.assert(
    fc.property(letters(['a', 'b', '*', '?']), letters(['a', 'b', '.']), (pattern, text) => {
      expect(wildcard(pattern)(text)).toBe(slowly(pattern).test(text))
    }),
    { interruptAfterTimeLimit: 2000, numRuns: 3000 },
  )
})

test.each([
  ['[a-c]', '-', false],
  ['[a-]', '-', true],
  ['[]]', ']', true],
  ['[a', '[a', true],
  ['`?', '?', true],
  ['`', '`', true],
  ['*[0-9]?', 'x1y', true],
  ['*[0-9]?', 'x1', false],
])('%s and %s: %s', (pattern, text, fits) => {
  expect(wildcard(pattern)(text)).toBe(fits)
})

describe('the time grows with the length of the text alone', () => {
  const longest = 'a'.repeat(1_000_000)
  test.each([
    '*a*a*a*a*b',
    `${'*a'.repeat(200)}*b`,
    `*${'a'.repeat(400)}b*`,
    `*b${'a'.repeat(400)}*`,
    `*${'ab'.repeat(100)}*${'ba'.repeat(100)}*c`,
    `*${'?'.repeat(20)}b`,
    `*[ab]?[ab]b*`,
  ])('%s', (pattern) => {
    expect(wildcard(pattern)(longest)).toBe(false)
  })
})
