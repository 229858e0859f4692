import { describe, expect, test } from 'vitest'
import { parseFilter, parseScript } from '../../../../src/admin/grammar/parse.ts'
import { expressionShape, shapeOf } from '../../../support/syntax-shape.ts'

function shape(text: string): string {
  const parsed = parseScript(text)
  return parsed.kind === 'parsed' ? shapeOf(parsed.tree) : `! ${parsed.problem.id}`
}

describe('words of a command', () => {
  test.each([
    ['a name alone', 'Get-Queue', 'Get-Queue'],
    ['a parameter with a value', 'Get-Queue -Identity x', 'Get-Queue -Identity x'],
    ['a value joined by a colon', 'Set-X -Confirm:$false', 'Set-X -Confirm:$false'],
    ['a blank behind the colon', 'Set-X -Confirm: $false', 'Set-X -Confirm:$false'],
    ['a switch', 'Set-X -Force', 'Set-X -Force'],
    ['a position', 'Get-Queue Submission', 'Get-Queue Submission'],
    ['unquoted wildcards', 'X -AddressSpaces *', 'X -AddressSpaces *'],
    ['a binding', 'X 10.1.1.1:25', 'X 10.1.1.1:25'],
    ['a binding of IPv6', 'X [::]:25,[::1]:25', 'X [[::]:25, [::1]:25]'],
    ['a path', 'X C:\\data\\a.txt', 'X C:\\data\\a.txt'],
    ['an address', 'X user@contoso.com', 'X user@contoso.com'],
    ['a number', 'X 25', 'X #25'],
    ['a size', 'X 35MB', `X #${35 * 1024 ** 2}`],
    ['a negative number', 'X -5', 'X #-5'],
    ['a number that is a name', 'X 1st', 'X 1st'],
    ['a time span', 'X 00:10:00', 'X 00:10:00'],
    ['a list', 'X a,b', 'X [a, b]'],
    ['blanks around commas', 'X a , b,  c', 'X [a, b, c]'],
    ['a line end behind a comma', 'X a,\n b', 'X [a, b]'],
    ['an unquoted -- that ends the parameters', 'X -- -a', 'X -a'],
    ['a quoted --', 'X -AddressSpaces "--"', "X -AddressSpaces '--'"],
    ['a number sign inside a word', 'X a#b', 'X a#b'],
    ['quotes inside a word', 'X a"b c"d', 'X ab cd'],
    ['an escaped blank', 'X a` b', 'X a b'],
    ['a typographic dash', 'X \u2013Name y', 'X -Name y'],
    ['typographic quotes', 'X \u201cTo Edge\u201d \u2018b\u2019', "X 'To Edge' 'b'"],
    ['a redirection', 'X > a.txt', 'X > a.txt'],
    ['parameters from a table', 'X @params -y | Z', 'X @params -y | Z'],
    ['an array that is no splat', 'X @(1)', 'X @(#1)'],
    ['an appending redirection', 'X >> $f', 'X >> $f'],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toBe(expected)
  })
})

describe('strings', () => {
  test.each([
    ['single quotes are literal', "X 'a $b `n'", "X 'a $b `n'"],
    ['a doubled single quote', "X 'it''s'", "X 'it's'"],
    ['a doubled double quote', 'X "a""b"', "X 'a\"b'"],
    ['a variable', 'X "To $name"', 'X "To <$name>"'],
    ['a property needs brackets', 'X "$x.b $($x.b)"', 'X "<$x>.b <$($x.b)>"'],
    ['a delimited name', 'X "${a b}:"', 'X "<$a b>:"'],
    ['escapes', 'X "a`tb`$c`""', "X 'a\tb$c\"'"],
    ['a lone dollar sign', 'X "5$"', "X '5$'"],
    ['a variable in a word', 'X C:\\$dir\\f', 'X "C:\\<$dir>\\f"'],
    ['a variable before a word', 'X $dir\\f', 'X "<$dir>\\f"'],
    ['a literal here-string', "X @'\na\n$b\n'@", "X 'a\n$b'"],
    ['an expanding here-string', 'X @"\na $b\n"@', 'X "a <$b>"'],
    ['an empty here-string', "X @'\n'@", "X ''"],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toBe(expected)
  })
})

describe('values', () => {
  test.each([
    ['a property', '$x.Name', '$x.Name'],
    ['a property of a bracket', '(Get-Credential).UserName', '(Get-Credential).UserName'],
    ['a method', '(Get-Date).AddHours(-1)', '(Get-Date).AddHours((- #1))'],
    ['a chain as an argument', 'X $a.b[0].c -y', 'X $a.b[#0].c -y'],
    ['an index from the end', '$r[-1]', '$r[(- #1)]'],
    ['a list', '1,2,3', '[#1, #2, #3]'],
    ['an array', '@(1;2)', '@(#1 ; #2)'],
    ['a change of a list', '@{Add="a","b";Remove="c"}', "@{Add=['a', 'b'] ; Remove='c'}"],
    [
      'a table over lines',
      "@{\n Name='x'\n Expression={$_.y}\n}",
      "@{Name='x' ; Expression={$_.y}}",
    ],
    ['a command in brackets', 'X (Get-Y -z)', 'X (Get-Y -z)'],
    ['a pipeline in brackets', '(Get-Y | sort a).Count', '(Get-Y | sort a).Count'],
    [
      'a credential',
      'New-Object System.Management.Automation.PSCredential("u", $p)',
      "New-Object System.Management.Automation.PSCredential (['u', $p])",
    ],
    ['a cast', "[int]'5'", "<int>'5'"],
    [
      'a file by a cast',
      '([byte[]]$(Get-Content -Path p -Encoding Byte -ReadCount 0))',
      '(<byte[]>$(Get-Content -Path p -Encoding Byte -ReadCount #0))',
    ],
    [
      'a file by a static method',
      "([System.IO.File]::ReadAllBytes('p'))",
      "(<System.IO.File>::ReadAllBytes('p'))",
    ],
    ['a static property', '[DateTime]::Now', '<DateTime>::Now'],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toBe(expected)
  })
})

describe('operators', () => {
  test.each([
    ['and, or are equals from the left', '$a -or $b -and $c', '(($a or $b) and $c)'],
    ['comparisons before and', '$a -eq 1 -and $b -ne 2', '(($a eq #1) and ($b ne #2))'],
    ['not binds to the next value', '-not $a -eq $b', '((not $a) eq $b)'],
    ['an exclamation mark', '!$a', '(not $a)'],
    ['brackets', '-not ($a -eq $b)', '(not (($a eq $b)))'],
    ['letters told apart', '$a -ceq "x"', "($a c:eq 'x')"],
    ['letters not told apart, said so', '$a -ieq "x"', "($a eq 'x')"],
    ['sums before comparisons', '$a + 1 -gt 2 * 3', '(($a + #1) gt (#2 * #3))'],
    ['differences from the left', '5 - 2 - 1', '((#5 - #2) - #1)'],
    ['a list on the right', '$a -in 1,2', '($a in [#1, #2])'],
    ['any case', '$a -EQ 1 -AND $b', '(($a eq #1) and $b)'],
    ['a line end behind an operator', '$a -and\n$b', '($a and $b)'],
    ['a range', '1..5', '(#1 .. #5)'],
    ['a range of values', '$a..$b.c', '($a .. $b.c)'],
    ['a range before a sum', '1..2 + 3', '((#1 .. #2) + #3)'],
    ['a format before a product', "'{0}' -f 1 * 2", "(('{0}' f #1) * #2)"],
    ['a format of a list', "'{0}{1}' -f $a,$b", "('{0}{1}' f [$a, $b])"],
    ['a replacement', "$a -replace 'x','y' -eq 'z'", "(($a replace ['x', 'y']) eq 'z')"],
    ['a split with its letters told apart', "$a -csplit 'x'", "($a c:split 'x')"],
    ['pieces joined again', "$a -split ',' -join ';'", "(($a split ',') join ';')"],
    ['a split at blanks', '-split $a', '(split $a)'],
    ['elements joined', '-join ($a)', '(join ($a))'],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toBe(expected)
  })
})

describe('statements', () => {
  test.each([
    ['several on a line', 'A; B ;; C', 'A ; B ; C'],
    ['several lines', 'A\r\nB\n\nC\n', 'A ; B ; C'],
    ['an assignment', '$c = Get-Credential', '$c = Get-Credential'],
    ['an addition', '$a += 1', '$a += #1'],
    ['a scope that means nothing more', '$global:a = 1', '$a = #1'],
    ['an assignment in a row', '$a = $b = 1', '$a = $b = #1'],
    ['a subtraction', '$a -= 1', '$a -= #1'],
    ['a product', '$a *= 2', '$a *= #2'],
    ['one more', '$m++', '$m += (old) #1'],
    ['one less', '$m--; A', '$m -= (old) #1 ; A'],
    ['one more, with the sign before it', '++$m', '$m += #1'],
    ['one more of a property', '$a.Count++', '$a.Count += (old) #1'],
    ['a property', '$a.b = 1', '$a.b = #1'],
    ['an element', "$a['b'] += 1", "$a['b'] += #1"],
    ['several at once', '$a, $b = 1, 2', '[$a, $b] = [#1, #2]'],
    ['a type', '[int]$a = "5"', "<int>$a = '5'"],
    ['a name in braces', '${a b} = 1', '$a b = #1'],
    ['an assignment in brackets', '($a = 1).b', '($a = #1).b'],
    ['a comparison is none', '$a -eq 1', '($a eq #1)'],
    ['a pipeline', 'A -b c | D | E', 'A -b c | D | E'],
    ['a pipe at the end of a line', 'A |\n B', 'A | B'],
    ['a comment between', 'A | # first\n B # last', 'A | B'],
    ['a comment of its own', '# nothing\nA', 'A'],
    ['a block comment', 'A <# x\ny #> -b', 'A -b'],
    ['a continued line', 'A `\n -b `\r\n c', 'A -b c'],
    ['aliases', 'A | ? {$_.x} | % {$_} | where{$_.y}', 'A | ? {$_.x} | % {$_} | where {$_.y}'],
    ['foreach in a pipeline', 'A | foreach { B $_.c }', 'A | foreach {B $_.c}'],
    ['nothing', '  # just this', ''],
    ['if', 'if ($a) { B }', 'if $a {B}'],
    [
      'if over lines',
      'if ($a -eq 1)\n{\n  B\n}\nelseif ($c) { D }\nelse { E }\nF',
      'if ($a eq #1) {B} else if $c {D} else {E} ; F',
    ],
    ['a statement right behind a block', 'if ($a) { B } C', 'if $a {B} ; C'],
    ['a condition that is a command', 'if (Get-X -y) { B }', 'if Get-X -y {B}'],
    ['a value by a condition', '$x = if ($a) { 1 } else { 2 }', '$x = if $a {#1} else {#2}'],
    ['foreach', 'foreach ($x in $y) { B $x }', 'foreach $x in $y {B $x}'],
    ['foreach without blanks', 'foreach($x in Get-Y|sort){}', 'foreach $x in Get-Y | sort {}'],
    ['while', 'while ($a -lt 3) { $a++ }', 'while ($a lt #3) {$a += (old) #1}'],
    ['do until', 'do { A } until ($b)', '{A} until $b'],
    ['do while', 'do { A }\nwhile ($b)', '{A} while $b'],
    [
      'for',
      'for ($i = 0; $i -lt 3; $i++) { A }',
      'first $i = #0 while ($i lt #3) {A} next $i += (old) #1',
    ],
    ['for without parts', 'for (;;) { break }', '{break}'],
    ['leaving a loop', 'while ($a) { if ($b) { continue } }', 'while $a {if $b {continue}}'],
    [
      'commands with the words in them',
      'If-X; do-it; foreach-object x',
      'If-X ; do-it ; foreach-object x',
    ],
  ])('%s', (_, text, expected) => {
    expect(shape(text)).toBe(expected)
  })
})

test('each node knows its place', () => {
  const text = 'A -Name  "x y" | B $v.w'
  const parsed = parseScript(text)
  const [statement] = parsed.kind === 'parsed' ? parsed.tree.statements : []
  const places: string[] = []
  const elements = statement?.kind === 'pipeline' ? statement.elements : []
  for (const element of elements) {
    places.push(text.slice(element.start, element.end))
    if (element.kind !== 'command') continue
    for (const word of element.words) places.push(text.slice(word.start, word.end))
  }
  expect(places).toEqual(['A -Name  "x y"', '-Name', '"x y"', 'B $v.w', '$v.w'])
})

describe('filters', () => {
  test.each([
    [
      "Status -eq 'Retry' -and MessageCount -gt 100",
      "(($_.Status eq 'Retry') and ($_.MessageCount gt #100))",
    ],
    ["$_.Status -eq 'Retry'", "($_.Status eq 'Retry')"],
    ['(A -like "*x*") -or -not B', "((($_.A like '*x*')) or (not $_.B))"],
    ['Enabled -eq $true', '($_.Enabled eq $true)'],
  ])('%s', (text, expected) => {
    const parsed = parseFilter(text)
    expect(parsed.kind === 'parsed' ? expressionShape(parsed.tree) : parsed.problem).toBe(expected)
  })

  test('has nothing behind it', () => {
    expect(parseFilter("A -eq 'x' | B")).toMatchObject({ problem: { id: 'UnexpectedToken' } })
  })
})
