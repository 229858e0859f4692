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
    ['X @name', 'SplattingNotPermitted', '@name'],
    ['@{Add "a"}', 'MissingEqualsInHashLiteral', '"'],
    ['@{Add=1;add=2}', 'DuplicateKeyInHashLiteral', 'add'],
    ['"$a: b"', 'InvalidVariableReferenceWithDrive', '$a:'],
    ["X @'a\n'@", 'UnexpectedCharactersAfterHereStringHeader', 'a'],
    ['$x.(1)', 'MissingPropertyName', '('],
    ['$x[]', 'MissingArrayIndexExpression', ']'],
    ['if ($a) { B }', 'KeywordNotAvailable', 'if'],
    ['foreach ($a in $b) { C }', 'KeywordNotAvailable', 'foreach'],
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
  ])('%s', (_, text) => {
    expect(problem(text)[0]).toBe('ScriptTooComplicated')
  })
})
