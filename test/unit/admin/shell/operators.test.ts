import { describe, expect, test } from 'vitest'
import { run } from '../../../support/run-shell.ts'

async function out(line: string) {
  const { out: text, errors } = await run(line)
  return text + errors
}

describe('methods and types', () => {
  test.each([
    ["(Get-Date '2026-11-21').AddHours(-2).ToString('HH:mm')", '22:00\n'],
    ["'user@contoso.test'.Split('@')[1].ToUpper()", 'CONTOSO.TEST\n'],
    ['(1234.5).ToString("N1")', '1,234.5\n'],
    ["$t = @{a=1}; $t.Add('b',2); $t.ContainsKey('B'); $t.Remove('a'); $t.Count", 'True\n1\n'],
    ['@{a=1;b=2}.GetEnumerator() | ? Value -gt 1 | % Name', 'b\n'],
    ["(1,2).Contains(2); ('a','b').ToUpper() -join ''", 'True\nAB\n'],
    [
      '[math]::Round(2.345,2); [math]::Round(2.5); [math]::Floor(-1.5); [math]::Max(1,3)',
      '2.34\n2\n-2\n3\n',
    ],
    ["[string]::IsNullOrEmpty(''); [string]::Join('-','a','b')", 'True\na-b\n'],
    ['$o = [PSCustomObject]@{Name=\'x\';Size=5}; $o.Size = 6; "$($o.Name) $($o.Size)"', 'x 6\n'],
    ["(New-Object PSObject -Property @{Name='x';Size=5}).Size", '5\n'],
    ['[int](5/2); [int](7/2)', '2\n4\n'],
    ['(Get-SendConnector "To Internet").MaxMessageSize.Value.ToMB()', '35\n'],
  ])('%s', async (line, expected) => {
    expect(await out(line)).toBe(expected)
  })

  test('what there is not is told', async () => {
    expect(await out('(5).Explode()')).toContain(
      "[System.Int64] does not contain a method named 'Explode'",
    )
    expect(await out("$t = @{a=1}; $t.Add('a',2)")).toContain('Item has already been added')
    expect(await out('New-Object PSObject -Property 5')).toContain('-Property takes a table')
    expect(await out('New-Object Net.WebClient -Property @{}')).toContain('Cannot find type')
    expect(await out("(5).ToString('Q')")).toContain('Format specifier was invalid.')
  })
})

describe('an expression that would not end is given up', () => {
  test.each([
    "'{0}' -match '^(a+)+$'",
    "'{0}' -replace '^(a+)+$','b'",
    "'{0}' -split '^(a+)+$'",
    "'{0}' | where {{$_ -cmatch '^(a+)+$'}}",
  ])('%s', async (line) => {
    const text = `${'a'.repeat(200)}b`
    const { errors } = await run(line.replace('{0}', text).replaceAll('{{', '{').replace('}}', '}'))
    expect(errors.replaceAll(/\s+/g, ' ')).toContain('The Regex engine has timed out')
  })
})

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
