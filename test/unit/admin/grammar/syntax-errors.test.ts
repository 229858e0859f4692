import { describe, expect, test } from 'vitest'
import { parseFilter, parseScript } from '../../../../src/admin/grammar/parse.ts'

/** What is said of a text: the error's word, and the text underlined. */
function problem(text: string) {
  const parsed = parseScript(text)
  if (parsed.kind === 'parsed') return ['parsed']
  const { id, start, end } = parsed.problem
  return [id, text.slice(start, end)]
}

describe('what is wrong, and where', () => {
  test.each([
    ['| Get-Queue', 'EmptyPipeElement', '|'],
    ['A | | B', 'EmptyPipeElement', '|'],
    ['A | ; B', 'EmptyPipeElement', '|'],
    ['A )', 'UnexpectedToken', ')'],
    ['A }', 'UnexpectedToken', '}'],
    ['A | 5', 'ExpressionsMustBeFirstInPipeline', '5'],
    ['A || B', 'UnexpectedToken', '|'],
    ['& A', 'CallOperatorNotAvailable', '&'],
    ['$a $b', 'UnexpectedToken', '$'],
    ['$x -eq', 'ExpectedValueExpression', ''],
    ['($x -equal 5)', 'UnexpectedToken', '-equal'],
    ['$x -like *a*', 'ExpectedValueExpression', ''],
    ['X a,;', 'MissingArgument', ';'],
    ['X ,a', 'MissingArgument', ','],
    ['X -Name:; Y', 'ParameterRequiresArgument', '-Name:'],
    ['X > ; Y', 'MissingFileSpecification', '>'],
    ['X @name.y', 'SplattingNotPermitted', '@name'],
    ['$x = @name', 'SplattingNotPermitted', '@name'],
    ['X -Name:@name', 'SplattingNotPermitted', '@name'],
    ['@{Add "a"}', 'MissingEqualsInHashLiteral', '"'],
    ['@{Add=1;add=2}', 'DuplicateKeyInHashLiteral', 'add'],
    ['"$a: b"', 'InvalidVariableReferenceWithDrive', '$a:'],
    ["X @'a\n'@", 'UnexpectedCharactersAfterHereStringHeader', 'a'],
    ['$x.(1)', 'MissingPropertyName', '('],
    ['$x[]', 'MissingArrayIndexExpression', ']'],
    ['function A { B }', 'KeywordNotAvailable', 'function'],
    ['try { A } catch { B }', 'KeywordNotAvailable', 'try'],
    ['switch ($a) { 1 { B } }', 'KeywordNotAvailable', 'switch'],
    ['A | % { return }', 'KeywordNotAvailable', 'return'],
    ['class A { }', 'KeywordNotAvailable', 'class'],
    ['else { A }', 'UnexpectedToken', 'else'],
    ['if ($a) B', 'MissingStatementBlock', 'B'],
    ['if $a { B }', 'MissingOpenParenthesisAfterKeyword', '$'],
    ['if () { B }', 'MissingConditionInStatement', ')'],
    ['foreach (a in $b) { C }', 'MissingVariableNameAfterForeach', 'a'],
    ['foreach ($a of $b) { C }', 'MissingInInForeach', 'of'],
    ['foreach ($a in $b) { C } | D', 'EmptyPipeElement', '|'],
    ['for ($i = 0) { A }', 'MissingSemicolonInFor', ')'],
    ['do { A } B', 'MissingWhileOrUntilInDoWhile', 'B'],
    ['break', 'JumpOutsideLoop', 'break'],
    ['foreach ($a in $b) { C | % { continue } }', 'JumpOutsideLoop', 'continue'],
    ['5 = 3', 'InvalidLeftHandSide', '='],
    ['$a, 5 = 3', 'InvalidLeftHandSide', '='],
    ['$a, $b += 1', 'InvalidLeftHandSide', '+='],
    ['(A)++', 'InvalidLeftHandSide', '++'],
    ['$a == 5', 'UnexpectedToken', '=='],
    ["'5' -is [int]", 'OperatorNotAvailable', '-is'],
    ['5 -band 4', 'OperatorNotAvailable', '-band'],
    ['A 2>$null', 'RedirectionNotAvailable', '2>'],
    ['$a -cjoin ","', 'UnexpectedToken', '-cjoin'],
  ])('%s', (text, id, underlined) => {
    expect(problem(text)).toEqual([id, underlined])
  })

  test('a mistyped operator is told with the nearest one', () => {
    const parsed = parseScript('$x -equ 5')
    expect(parsed).toMatchObject({
      problem: { message: expect.stringContaining('Did you mean -eq?') as string },
    })
  })

  test('a filter that is not one', () => {
    expect(parseFilter('Status -eq')).toMatchObject({ problem: { id: 'ExpectedValueExpression' } })
    expect(parseFilter('')).toMatchObject({ kind: 'problem' })
  })
})

describe('more input may mend it', () => {
  test.each([
    'A |',
    'A | ',
    'A | # more to come',
    'A `',
    'A -b x,',
    '"abc',
    "'abc",
    'X "a`',
    'A | ? {',
    'A | ? {$_.x -eq 1',
    '(A',
    '@(1,2',
    '@{Add=1',
    '@{Add=',
    '@{Add',
    '$x =',
    '$x -eq',
    '$a -and ',
    '$x[1',
    '$x.Foo(1',
    '<# comment',
    '@"\nabc',
    '$(A',
    '"$(A',
    'X -Name:',
    'X >',
    '!',
    'if',
    'if ($a',
    'if ($a)',
    'if ($a) {',
    'foreach ($a in',
    'foreach ($a in $b) {',
    'while ($a) ',
    'do { A }',
    'do { A } while',
    'for ($i = 0;',
    '$a +=',
    '1..',
    '"{0}" -f',
  ])('%s', (text) => {
    expect(parseScript(text)).toMatchObject({ kind: 'problem', problem: { incomplete: true } })
  })
})

describe('no input would mend it', () => {
  test.each(['A )', '| A', '$x -equals 5', 'A | | ', '@{a=1;a=2', '& {'])('%s', (text) => {
    expect(parseScript(text)).toMatchObject({ kind: 'problem', problem: { incomplete: false } })
  })
})

describe('nesting has an end', () => {
  test.each([
    ['brackets', '('.repeat(100_000)],
    ['braces', '{'.repeat(100_000)],
    ['signs', `${'!'.repeat(100_000)}1`],
    ['properties', `$a${'.b'.repeat(100_000)}`],
    ['operators', `1${'+1'.repeat(100_000)}`],
    ['assignments', `${'$a='.repeat(100_000)}1`],
    ['strings', '"$('.repeat(100_000)],
    ['conditions', 'if($a){'.repeat(100_000)],
  ])('%s', (_, text) => {
    expect(problem(text)[0]).toBe('ScriptTooComplicated')
  })
})
