import { describe, expect, test } from 'vitest'
import { RecordingHost } from '../../../support/recording-host.ts'
import { run, testShell } from '../../../support/run-shell.ts'

async function out(line: string | readonly string[]) {
  const { out: text, errors } = await run(line)
  return text + errors
}

describe('assignments', () => {
  test.each([
    ['one more and one less', '$m = 1; $m++; ++$m; $m--; $m', '2\n'],
    ['one more of nothing', '$m++; $m', '1\n'],
    ['what the count was before', '$m = 1; $x = ($m++); "$x $m"', '1 2\n'],
    ['in a row', '$a = $b = 5; "$a $b"', '5 5\n'],
    ['in brackets', '($a = 5) + 1; $a', '6\n5\n'],
    ['adding to a list', "$l = @(); $l += 'a'; $l += 'b','c'; $l.Count", '3\n'],
    ['adding to a text', "$s = 'a'; $s += 5; $s", 'a5\n'],
    ['with signs', '$n = 7; $n -= 2; $n *= 4; $n /= 10; $n', '2\n'],
    ['a remainder', '$n = 7; $n %= 4; $n', '3\n'],
    ['several at once', '$a, $b = 1, 2, 3; "$a|$b"', '1|2 3\n'],
    ['an exchange', '$a, $b = 1, 2; $a, $b = $b, $a; "$a $b"', '2 1\n'],
    ['with a type', "[int]$n = '5'; $n + 1", '6\n'],
    ['an element of a list', '$l = 1,2,3; $l[1] = 9; $l[-1] += 1; "$l"', '1 9 4\n'],
    [
      'an element of a table',
      '$t = @{}; $t[\'a\'] = 1; $t.b = 2; $t.A++; "$($t.a) $($t.Count)"',
      '2 2\n',
    ],
    ['counting in a table', "$t = @{}; 'a','b','a' | % { $t[$_] += 1 }; $t['a']", '2\n'],
    [
      'a property of an object',
      '$c = Get-SendConnector "To Internal Org"; $c.AddressSpaces += "x.test"; $c.AddressSpaces.Count; (Get-SendConnector "To Internal Org").AddressSpaces.Count',
      '3\n2\n',
    ],
  ])('%s', async (_, line, expected) => {
    expect(await out(line)).toBe(expected)
  })

  test.each([
    ['a constant', '$true = 1', 'Cannot overwrite variable true'],
    [
      'a property that is not there',
      '$c = Get-SendConnector "To Internet"; $c.Nope = 1',
      "The property 'Nope' cannot be found",
    ],
    ['a place outside of a list', '$l = 1,2; $l[2] = 1', 'Index was outside the bounds'],
    ['an element of a number', '$n = 5; $n[0] = 1', 'Unable to index'],
    ['an element of what a command gives', '(1,2)[0] = 5', 'a copy would be changed'],
  ])('refuses %s', async (_, line, expected) => {
    expect(await out(line)).toContain(expected)
  })
})

describe('conditions', () => {
  const line = (value: string) =>
    `$m = ${value}; if ($m -gt 3) { 'big' } elseif ($m -eq 3) { 'three' } else { 'small' }`
  test.each([
    ['the first that holds', line('5'), 'big\n'],
    ['the next', line('3'), 'three\n'],
    ['none', line('1'), 'small\n'],
    ['without else', "if ($false) { 'a' }", ''],
    ['a command', "if (Get-SendConnector | ? Name -eq nope) { 'a' } else { 'none' }", 'none\n'],
    ['as a value', "$x = if ($true) { 'yes' } else { 'no' }; \"<$x>\"", '<yes>\n'],
    ['in Where-Object', '1..4 | ? { if ($_ -gt 2) { $true } }', '3\n4\n'],
    ['an assignment', "if ($x = Get-SendConnector 'To Internet') { $x.Name }", 'To Internet\n'],
    [
      'groups of the match',
      "if ('a@b.test' -match '(.+)@(?<host>.+)') { $matches[1]; $matches.host }",
      'a\nb.test\n',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await out(text)).toBe(expected)
  })
})

describe('loops', () => {
  test.each([
    ['foreach', 'foreach ($x in 1..3) { $x * 2 }', '2\n4\n6\n'],
    [
      'foreach over a command',
      'foreach ($c in Get-SendConnector) { $c.Name }',
      'To Internet\nTo Internal Org\n',
    ],
    [
      'foreach over one and over nothing',
      "foreach ($x in 'a') { $x }; foreach ($x in $null) { 'no' }",
      'a\n',
    ],
    ['foreach as a value', '$r = foreach ($x in 1..3) { $x }; $r.Count', '3\n'],
    ['foreach in brackets, piped', '$(foreach ($x in 1..3) { $x }) | measure | % Count', '3\n'],
    [
      'continue and break',
      'foreach ($x in 1..9) { if ($x -eq 2) { continue }; if ($x -gt 4) { break }; $x }',
      '1\n3\n4\n',
    ],
    [
      'break leaves one loop',
      'foreach ($x in 1..2) { foreach ($y in 1..2) { break }; $x }',
      '1\n2\n',
    ],
    ['while', '$i = 0; while ($i -lt 3) { $i++ }; $i', '3\n'],
    ['while that never runs', "while ($false) { 'a' }", ''],
    ['do while', "do { 'once' } while ($false)", 'once\n'],
    ['do until', '$i = 0; do { $i++ } until ($i -ge 3); $i', '3\n'],
    ['for', 'for ($i = 0; $i -lt 6; $i += 2) { $i }', '0\n2\n4\n'],
    [
      'continue in for',
      'for ($i = 0; $i -lt 3; $i++) { if ($i -eq 1) { continue }; $i }',
      '0\n2\n',
    ],
    [
      'continue in do',
      '$i = 0; do { $i++; if ($i -eq 2) { continue }; $i } while ($i -lt 3)',
      '1\n3\n',
    ],
    ['exit', 'foreach ($x in 1..3) { $x; exit 2 }; 9', '1\n'],
  ])('%s', async (_, line, expected) => {
    expect(await out(line)).toBe(expected)
  })

  test('an error ends its statement, and the next one runs', async () => {
    const { out: text, errors } = await run(
      'foreach ($x in 1,2) { Get-Foo; $x.Explode(); "after $x" }',
    )
    expect(text).toBe('after 1\nafter 2\n')
    expect(errors.match(/At line/g)).toHaveLength(4)
  })

  test('-ErrorAction Stop ends the line from inside a loop', async () => {
    const { out: text } = await run(
      "foreach ($x in 1,2) { $x; Get-SendConnector nope -ea Stop }; 'no'",
    )
    expect(text).toBe('1\n')
  })

  test('one without an end is stopped at the signal', async () => {
    const stop = new AbortController()
    const host = new RecordingHost()
    const running = testShell().runLine('while ($true) { $i++ }', { host, signal: stop.signal })
    setImmediate(() => setImmediate(() => stop.abort()))
    expect(await running).toEqual({ kind: 'stopped' })
    expect(host.all).toBe('')
  })
})
