import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import * as fields from '../../../src/base/setting-fields.ts'

function read(field: z.ZodType, value: unknown): unknown {
  const result = field.safeParse(value)
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join('; ')
}

describe('reads values in Exchange notation', () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ['$true', fields.flag(), '$True', true],
    ['no', fields.flag(), ' No ', false],
    ['a number as text', fields.count(1, 9), '7', 7],
    ['a number', fields.count(1, 9), 7, 7],
    ['unlimited', fields.countOrUnlimited(1), 'Unlimited', Infinity],
    ['a size', fields.byteSize(0, 2 ** 31), '35MB', 36_700_160],
    ['an unlimited size', fields.byteSize(0, 9, true), 'unlimited', Infinity],
    ['a time span', fields.timeSpan(0, 86_400_000), '00:10:00', 600_000],
    ['a name in another case', fields.oneOf(['None', 'Verbose']), 'VERBOSE', 'Verbose'],
    ['a comma list', fields.list(fields.count(0)), '1, 2,3', [1, 2, 3]],
    ['a list', fields.list(fields.count(0)), [1, '2'], [1, 2]],
    ['an empty list', fields.list(fields.count(0)), '', []],
    [
      'flags given twice',
      fields.flags(['Tls', 'BasicAuth']),
      'tls,BASICAUTH,Tls',
      ['Tls', 'BasicAuth'],
    ],
    ['spaces in a password', fields.text(), ' pass word ', ' pass word '],
  ])('%s', (_, field, given, expected) => expect(read(field, given)).toEqual(expected))
})

describe('says what would be right', () => {
  test.each<[z.ZodType, unknown, string]>([
    [fields.flag(), 'perhaps', 'must be true or false, not "perhaps"'],
    [fields.count(1, 9), '10', 'must be a whole number from 1 to 9, not "10"'],
    [fields.count(1, 9), '1.5', 'must be a whole number from 1 to 9, not "1.5"'],
    [
      fields.byteSize(1, 9),
      'unlimited',
      'must be a size such as 35MB from 1 to 9 bytes, not "unlimited"',
    ],
    [fields.oneOf(['None', 'Verbose']), 'Loud', 'must be one of None, Verbose, not "Loud"'],
    [fields.text(), undefined, 'is missing; it must be text'],
    [fields.text(), {}, 'must be text'],
    [
      fields.timeSpan(1000, 60_000),
      '2m',
      'must be a time span such as 00:10:00 from 00:00:01 to 00:01:00, not "2m"',
    ],
  ])('%#: %s', (field, given, message) => expect(read(field, given)).toBe(message))
})
