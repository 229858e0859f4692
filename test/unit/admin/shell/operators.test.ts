import { describe, expect, test } from 'vitest'
import { run } from '../../../support/run-shell.ts'

async function out(line: string) {
  const { out: text, errors } = await run(line)
  return text + errors
}

describe('operators on texts and lists', () => {
  test.each([
    ['1..5 | % { "u$_" } | select -Last 1', 'u5\n'],
    ['(3..1) -join ","', '3,2,1\n'],
    ['-1..1 -join ","', '-1,0,1\n'],
    ['(1..3)[-1]', '3\n'],
    ['"a-b-c" -replace "-", "+"', 'a+b+c\n'],
    ['"a-b" -replace "-"', 'ab\n'],
    ['"ABC" -replace "b","x"; "ABC" -creplace "b","x"', 'AxC\nABC\n'],
    [
      "'user@contoso.com' -replace '(.+)@(.+)','$2/$1 ${2} $$ $& $7'",
      'contoso.com/user contoso.com $ user@contoso.com $7\n',
    ],
    ["'k=v' -replace '(?<key>.)=(.)','${key}:${nope}'", 'k:${nope}\n'],
    ["'a1','b2' -replace '\\d'", 'a\nb\n'],
    ["'a,b;c' -split '[,;]'", 'a\nb\nc\n'],
    ["'a,b,c' -split ',',2", 'a\nb,c\n'],
    ["'a.b' -split '.',0,'SimpleMatch'", 'a\nb\n'],
    ["'a1b' -split '(\\d)'", 'a\n1\nb\n'],
    ["'abc' -split ''", 'a\nb\nc\n'],
    ["'aXbxc' -csplit 'x'", 'aXb\nc\n'],
    ["-split ' a  b '", 'a\nb\n'],
    ["-join ('a','b')", 'ab\n'],
    ["'a' -join ','", 'a\n'],
    ["'-' * 5", '-----\n'],
    [
      "'{0} has {1:N2} and {2:yyyy-MM-dd}' -f 'queue',1234.567,[datetime]'2026-11-21'",
      'queue has 1,234.57 and 2026-11-21\n',
    ],
    ["'{0,-4}|{1,4}|{{x}}' -f 'a',5", 'a   |   5|{x}\n'],
    ["'{0}' -f $null", '\n'],
  ])('%s', async (line, expected) => {
    expect(await out(line)).toBe(expected)
  })

  test.each([
    ["'{1}' -f 'a'", 'Error formatting a string: Index (zero based)'],
    ["'{0' -f 'a'", 'Error formatting a string: Input string was not in a correct format.'],
    ["'a' -replace '(','x'", 'parsing "(" - not a valid regular expression.'],
    ["'a' -replace 'a','b','c'", 'allows only two elements'],
    ['1..10000000', 'has more than 1000000 elements'],
    ["'abc' * 100000000", 'cannot be repeated'],
    ["1..'x'", 'Cannot convert value "x"'],
  ])('%s fails in words', async (line, expected) => {
    expect(await out(line)).toContain(expected)
  })
})
