import { expect, test } from 'vitest'
import { csvField, csvValues } from '../../../src/logs/csv-field.ts'

test.each([
  ['', ''],
  ['250 2.1.0 Sender OK', '250 2.1.0 Sender OK'],
  ['Fri, 5 Aug', '"Fri, 5 Aug"'],
  ['say "hello"', '"say ""hello"""'],
  ['one\r\ntwo', 'one  two'],
  ['\u001b[31mred, \u0000', '" [31mred,  "'],
  ['\u009b31mred\u0085', ' 31mred '],
  ['grüße', 'grüße'],
])('writes %j as %s', (value, field) => {
  expect(csvField(value)).toBe(field)
})

test.each([
  ['a,b,c', ['a', 'b', 'c']],
  ['', ['']],
  [',', ['', '']],
  ['"a,b","say ""hi""",""', ['a,b', 'say "hi"', '']],
  ['x"y,z', ['x"y', 'z']],
  ['"never closed,b', ['never closed,b']],
])('reads %j back', (line, values) => {
  expect(csvValues(line)).toEqual(values)
})
