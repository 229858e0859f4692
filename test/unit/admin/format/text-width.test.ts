import { expect, test } from 'vitest'
import { wrapped } from '../../../../src/admin/format/text-width.ts'

test.each([
  ['at blanks', 'one two three', 8, ['one two', 'three']],
  ['behind the elements of a list', 'aaa.test;bbb.test;c', 12, ['aaa.test;', 'bbb.test;c']],
  ['rather at blanks than behind elements', 'aaa bbb,ccc', 9, ['aaa', 'bbb,ccc']],
  ['anywhere when an element is too far back', 'a,bbbbbbbbbb', 8, ['a,bbbbbb', 'bbbb']],
  ['anywhere in a word', 'abcdefgh', 3, ['abc', 'def', 'gh']],
  ['letters of double width', '\u4f60\u597d\u4f60', 4, ['\u4f60\u597d', '\u4f60']],
  ['at its own line ends', 'a\nb', 8, ['a', 'b']],
])('breaks text %s', (_, text, width, lines) => {
  expect(wrapped(text, width)).toEqual(lines)
})
