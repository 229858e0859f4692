import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NotComparable, areEqual, compare, isTrue } from '../../../../src/admin/values/compare.ts'
import { formatDate, formatDateAs, parseDate } from '../../../../src/admin/values/dates.ts'
import { memberOf } from '../../../../src/admin/values/member.ts'
import { BadCall } from '../../../../src/admin/values/method-items.ts'
import { callMember } from '../../../../src/admin/values/methods.ts'
import {
  ByteSize,
  Credential,
  SecureString,
  ShellObject,
  TimeSpan,
  type Value,
} from '../../../../src/admin/values/value.ts'
import { wildcard } from '../../../../src/base/wildcard.ts'

const now = new Date(2026, 10, 21, 6, 1, 52)

describe('dates are read', () => {
  test.each([
    ['11/21/2026', new Date(2026, 10, 21)],
    ['1/2/2026 6:01 AM', new Date(2026, 0, 2, 6, 1)],
    ['1/2/2026 12:00 AM', new Date(2026, 0, 2)],
    ['1/2/2026 12:30:05 pm', new Date(2026, 0, 2, 12, 30, 5)],
    ['11/21/2026 18:01:52', new Date(2026, 10, 21, 18, 1, 52)],
    ['2026-11-21', new Date(2026, 10, 21)],
    ['2026-11-21 06:01', new Date(2026, 10, 21, 6, 1)],
    ['2026-11-21T06:01:52.250', new Date(2026, 10, 21, 6, 1, 52, 250)],
    ['2026-11-21T06:01:52Z', new Date(Date.UTC(2026, 10, 21, 6, 1, 52))],
    ['2026-11-21T06:01:52-01:30', new Date(Date.UTC(2026, 10, 21, 7, 31, 52))],
    ['8:15', new Date(2026, 10, 21, 8, 15)],
  ])('%s', (text, date) => {
    expect(parseDate(text, now)).toEqual(date)
  })

  test.each([
    '',
    'soon',
    '13/1/2026',
    '2/30/2026',
    '1/1/2026 25:00',
    '1/1/2026 13:00 PM',
    '2026-11-21 6',
  ])('but not %j', (text) => {
    expect(parseDate(text, now)).toBeUndefined()
  })

  test('as they are written', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(2000, 0, 1), max: new Date(2099, 0, 1), noInvalidDate: true }),
        (date) => {
          date.setMilliseconds(0)
          expect(formatDate(parseDate(formatDate(date), now) ?? now)).toBe(formatDate(date))
        },
      ),
    )
  })
})

test('dates are written by .NET words', () => {
  expect(formatDateAs(now, "yyyy-MM-dd HH:mm:ss 'at' h tt, ddd d MMM")).toBe(
    '2026-11-21 06:01:52 at 6 AM, Sat 21 Nov',
  )
})

describe('wildcards', () => {
  test.each([
    ['*', '', true],
    ['*dns*', 'ExternalDNSServers', true],
    ['Max*Size', 'MaxMessageSize', true],
    ['Max*Size', 'MaxMessageSizes', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'BX', true],
    ['[a-c]x', 'dx', false],
    ['a`*', 'a*', true],
    ['a`*', 'ab', false],
    ['a.b', 'axb', false],
    ['*a*b*c', 'xxaxxbxxbxxc', true],
  ])('%s %s', (pattern, text, fits) => {
    expect(wildcard(pattern)(text)).toBe(fits)
  })

  test('do not take for ever', () => {
    expect(wildcard('*a'.repeat(50))('a'.repeat(5_000) + 'b')).toBe(false)
  })
})

describe('comparisons', () => {
  test.each<[Value, Value, boolean]>([
    ['Retry', 'retry', true],
    [5, '5', true],
    ['5', 5, true],
    [5, 'abc', false],
    [true, 1, true],
    [null, null, true],
    [null, '', false],
    [new ByteSize(1024), '1 KB', true],
    [new ByteSize(1024), 1024, true],
    [new TimeSpan(600_000), '00:10:00', true],
    [now, '11/21/2026 6:01:52 AM', true],
    [Infinity, 'unlimited', true],
  ])('%s equals %s: %s', (left, right, equal) => {
    expect(areEqual(left, right)).toBe(equal)
  })

  test('the right side is read as the left one is', () => {
    expect(compare(10, '9')).toBeGreaterThan(0)
    expect(compare('10', 9)).toBeLessThan(0)
    expect(compare(new ByteSize(2 ** 20), '1KB')).toBeGreaterThan(0)
    expect(() => compare(5, 'abc')).toThrow(NotComparable)
  })

  test.each<[Value, boolean]>([
    [null, false],
    [0, false],
    ['', false],
    [[], false],
    [[0], false],
    [[0, 0], true],
    ['False', true],
    [new ByteSize(0), true],
  ])('%j holds: %s', (value, holds) => {
    expect(isTrue(value)).toBe(holds)
  })
})

describe('members', () => {
  test('names have no case, and what is not there is null', () => {
    const object = new ShellObject({ type: 'T', properties: { Name: 'a', Count: 7 } })
    expect(memberOf(object, 'nAME')).toBe('a')
    expect(memberOf(object, 'Other')).toBeNull()
    expect(memberOf(object, 'Count')).toBe(7)
    expect(memberOf([object, object], 'name')).toEqual(['a', 'a'])
    expect(memberOf([object, object], 'Count')).toBe(2)
    expect(memberOf(null, 'x')).toBeNull()
  })

  test('methods of dates, texts and sizes', () => {
    expect(callMember(now, 'AddHours', [-1])).toEqual(new Date(2026, 10, 21, 5, 1, 52))
    expect(callMember(new Date(2026, 0, 31), 'AddMonths', [1])).toEqual(new Date(2026, 1, 28))
    expect(callMember('Abc', 'ToUpper', [])).toBe('ABC')
    expect(callMember(new ByteSize(5_000), 'ToKB', [])).toBe(4)
    expect(callMember([' a', 'b '], 'Trim', [])).toEqual(['a', 'b'])
    expect(callMember(now, 'Subtract', [new Date(2026, 10, 21)])).toEqual(new TimeSpan(21_712_000))
    expect(() => callMember('a', 'Explode', [])).toThrow(BadCall)
    expect(() => callMember(now, 'AddDays', ['x'])).toThrow(BadCall)
    expect(() => callMember(null, 'ToString', [])).toThrow(BadCall)
  })
})

describe('methods of texts', () => {
  test.each<[string, string, Value[], Value]>([
    ['abcdef', 'Substring', [2, 3], 'cde'],
    ['abcdef', 'Substring', [4], 'ef'],
    ['abcabc', 'IndexOf', ['c'], 2],
    ['abcabc', 'LastIndexOf', ['c'], 5],
    ['abc', 'PadLeft', [5], '  abc'],
    ['abc', 'PadRight', [5, '.'], 'abc..'],
    ['xxabcx', 'Trim', ['x'], 'abc'],
    ['abcx', 'TrimEnd', ['cx'], 'ab'],
    ['  a ', 'TrimStart', [], 'a '],
    ['ac', 'Insert', [1, 'b'], 'abc'],
    ['abc', 'Remove', [1], 'a'],
    ['abc', 'Remove', [1, 1], 'ac'],
    ['a,b;c', 'Split', [',;'], ['a', 'b', 'c']],
    ['a,b,c', 'Split', [',', 2], ['a', 'b,c']],
    ['a b', 'Split', [], ['a', 'b']],
    ['a,,b,', 'Split', [',', 'RemoveEmptyEntries'], ['a', 'b']],
    ['abc', 'Equals', ['ABC'], false],
    ['ab', 'ToCharArray', [], ['a', 'b']],
  ])('%j %s %j', (text, name, items, expected) => {
    expect(callMember(text, name, items)).toEqual(expected)
  })

  test.each<[string, Value[]]>([
    ['Substring', [9]],
    ['Substring', [0, 9]],
    ['Substring', []],
    ['PadLeft', [1e9]],
  ])('%s %j is told', (name, items) => {
    expect(() => callMember('abc', name, items)).toThrow(BadCall)
  })
})

test.each([
  ['d', '11/21/2026'],
  ['g', '11/21/2026 6:01 AM'],
  ['s', '2026-11-21T06:01:52'],
  ['D', 'Saturday, November 21, 2026'],
  [String.raw`HH\hmm`, '06h01'],
])('a date by %s', (format, expected) => {
  expect(formatDateAs(now, format)).toBe(expected)
})

test('a secure string shows itself nowhere', () => {
  const credential = new Credential('relay', new SecureString('P@ssw0rd'))
  expect(
    `${JSON.stringify(credential)}${String(credential)}${String(credential.password)}`,
  ).not.toContain('P@ss')
  expect(credential.password.reveal()).toBe('P@ssw0rd')
})
