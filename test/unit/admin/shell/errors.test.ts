import { describe, expect, test } from 'vitest'
import { errorText, positionText } from '../../../../src/admin/shell/error-text.ts'
import { ShellError } from '../../../../src/admin/shell/shell-error.ts'
import { errorOf, run } from '../../../support/run-shell.ts'

describe('what cannot be read', () => {
  test('shows the place first, as PowerShell does', async () => {
    const { errors, result } = await run('Get-SendConnector | | Out-Null')
    expect(errors).toBe(`At line:1 char:19
+ Get-SendConnector | | Out-Null
+                   ~
An empty pipe element is not allowed.
    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException
    + FullyQualifiedErrorId : EmptyPipeElement

`)
    expect(result).toEqual({ kind: 'done', failed: true })
  })

  test('runs nothing of the line', async () => {
    const { out } = await run('Write-Output 1; Get-SendConnector )')
    expect(out).toBe('')
  })
})

test('an unknown command names the nearest one', async () => {
  const { errors } = await run('Get-SendConector -Identity x')
  expect(errors)
    .toBe(`The term 'Get-SendConector' is not recognized as the name of a cmdlet. Check the spelling of the name and try again. Did you mean Get-SendConnector?
At line:1 char:1
+ Get-SendConector -Identity x
+ ~~~~~~~~~~~~~~~~
    + CategoryInfo          : ObjectNotFound: (Get-SendConector:String) [], CommandNotFoundException
    + FullyQualifiedErrorId : CommandNotFoundException

`)
})

test('an unknown parameter names the nearest one and its place', async () => {
  const { errors } = await run('New-SendConnector -Name x -AddressSpace *  -Usgae Internal')
  expect(errors)
    .toBe(`New-SendConnector : A parameter cannot be found that matches parameter name 'Usgae'. Did you mean -Usage?
At line:1 char:44
+ New-SendConnector -Name x -AddressSpace *  -Usgae Internal
+                                            ~~~~~~
    + CategoryInfo          : InvalidArgument: (-Usgae:String) [New-SendConnector], ParameterBindingException
    + FullyQualifiedErrorId : NamedParameterNotFound,New-SendConnector

`)
})

test('what a command says names the command and its whole text', async () => {
  const { errors } = await run('5; Get-SendConnector -Identity X | Out-Null')
  expect(errors)
    .toBe(`Get-SendConnector : The operation couldn't be performed because object 'X' couldn't be found on 'EDGE01'.
At line:1 char:4
+ 5; Get-SendConnector -Identity X | Out-Null
+    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    + CategoryInfo          : NotSpecified: (X:String) [Get-SendConnector], ManagementObjectNotFoundException
    + FullyQualifiedErrorId : ManagementObjectNotFoundException,Get-SendConnector

`)
})

describe('values that do not fit', () => {
  test.each([
    [
      '-DNSRoutingEnabled true',
      'Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.',
    ],
    ['-Usage Intrnal', 'Did you mean Internal?'],
    [
      '-MaxMessageSize big',
      'Cannot convert value "big" to type "Microsoft.Exchange.Data.ByteQuantifiedSize"',
    ],
    [
      '-MaxMessageSize 3GB',
      'out of range; it must be from 0 B (0 bytes) to 2 GB (2,147,483,648 bytes)',
    ],
    ['-MaxHopCount 0', 'The value 0 is out of range; it must be from 1 to 500.'],
    ['-MaxHopCount 1.5', 'Cannot convert value "1.5" to type "System.Int32"'],
    ['-ConnectionTimeout 10', 'not recognized as a valid TimeSpan such as 00:10:00'],
    ['-AuthenticationCredential relay', 'Use (Get-Credential)'],
    ['-AuthMechanism Tls,Basic', 'Unable to match the identifier name Basic'],
    ['-SmartHosts @{Ad="a"}', 'A change of a list has the keys Add and Remove, not "Ad".'],
    ['-SmartHosts @{}', 'needs Add or Remove'],
    ['-Start soon', 'not recognized as a valid DateTime'],
    [
      '-DNSRoutingEnabled $null',
      "Cannot bind argument to parameter 'DNSRoutingEnabled' because it is null.",
    ],
    [
      '-LinkedReceiveConnector x',
      "The parameter 'LinkedReceiveConnector' is not available: connectors are not linked here.",
    ],
    [
      '-Debug',
      "The parameter 'Debug' is not available: there are no debug messages; use -Verbose.",
    ],
    [
      '-Usage',
      "Missing an argument for parameter 'Usage'. Specify a parameter of type 'UsageType'",
    ],
    ['-Usage -Force', "Missing an argument for parameter 'Usage'"],
    [
      '-Force -Force',
      "Cannot bind parameter because parameter 'Force' is specified more than once.",
    ],
    [
      '-Max 5',
      "the parameter name 'Max' is ambiguous. Possible matches include: -MaxMessageSize -MaxHopCount.",
    ],
    ['y z', "A positional parameter cannot be found that accepts argument 'z'."],
  ])('%s', async (words, message) => {
    const { errors, out } = await run(
      `New-SendConnector -Name x -AddressSpaces * ${words}`.replace(
        '-Name x -AddressSpaces * y',
        '-AddressSpaces * y',
      ),
    )
    expect(errors.replaceAll('\n', ' ')).toContain(message)
    expect(out).toBe('')
  })

  test('the value is underlined', async () => {
    const line = 'New-SendConnector -Name x -AddressSpaces * -MaxHopCount 0'
    const [, marks = ''] = /\n\+( +~+)\n/.exec(await errorOf(line)) ?? []
    expect(marks).toBe(`${' '.repeat(line.length)}~`)
  })

  test('a name that is empty', async () => {
    expect(await errorOf('New-SendConnector -Name "" -AddressSpaces *')).toContain(
      "Cannot bind argument to parameter 'Name' because it is an empty string.",
    )
  })
})

describe('values', () => {
  test.each([
    ['1/0', 'Attempted to divide by zero.'],
    ['(Get-Date).Explode()', "does not contain a method named 'Explode'"],
    ['$x.Foo()', 'You cannot call a method on a null-valued expression.'],
    ['5 -gt "abc"', 'Could not compare "5" to "abc".'],
    ['"a" -match "("', 'not a valid regular expression'],
    ['[foo]5', 'Unable to find type [foo].'],
    ['[DateTime]::Tomorrow', '[DateTime]::Tomorrow is not part of this shell.'],
    ['$env:PATH', 'no drives such as env:'],
    ['$true = 5', 'Cannot overwrite variable true because it is read-only or constant.'],
    ['$x[0]', 'Cannot index into a null array.'],
  ])('%s', async (line, message) => {
    expect(await errorOf(line)).toContain(message)
  })
})

describe('positions', () => {
  test('count lines and stay inside one', () => {
    expect(positionText('a\nbc def\ng', { start: 5, end: 9 })).toBe(
      'At line:2 char:4\n+ bc def\n+    ~~~',
    )
  })

  test('long lines are shown around the place', () => {
    const source = `${'x'.repeat(100)} wrong ${'y'.repeat(100)}`
    const [, line = '', marks = ''] = positionText(source, { start: 101, end: 106 }).split('\n')
    expect(line.slice(marks.indexOf('~'), marks.lastIndexOf('~') + 1)).toBe('wrong')
    expect(line.length).toBeLessThan(82)
  })

  test('long words of the category are shortened in the middle', () => {
    const error = new ShellError('x', { reason: 'ParameterBindingArgumentTransformationException' })
    expect(errorText(error, { source: 'A', place: { start: 0, end: 1 }, command: 'A' })).toContain(
      'ParameterBindin...mationException',
    )
  })
})
