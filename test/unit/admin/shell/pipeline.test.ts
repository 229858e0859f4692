import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../support/fake-clock.ts'
import { RecordingHost } from '../../../support/recording-host.ts'
import { run, testShell } from '../../../support/run-shell.ts'

async function out(line: string | readonly string[]) {
  const { out: text, errors } = await run(line)
  return text + errors
}

describe('arguments', () => {
  test('are found by the beginning of a name, without case', async () => {
    expect(await out('new-sendconnector -na x -ad * -maxm 5MB | % MaxMessageSize')).toBe(
      '5 MB (5,242,880 bytes)\n',
    )
  })

  test('are found by position, by an alias and by a typographic dash', async () => {
    expect(await out('New-SendConnector x \u2013AddressSpaces a,b | % AddressSpaces')).toBe(
      'a\nb\n',
    )
    expect(await out('Get-SendConnector nope -ea SilentlyContinue')).toBe('')
  })

  test('that are numbers keep their writing where a name is wanted', async () => {
    expect(await out('New-SendConnector -Name 007 -AddressSpaces * | % Name')).toBe('007\n')
  })

  test('may be commands, variables and texts with both', async () => {
    const lines = ['$n = "To Edge"', '$i = Get-SendConnector "To Internet"']
    expect(
      await out([
        ...lines,
        'New-SendConnector "$n by $($i.Name)" -AddressSpaces $i.AddressSpaces | % Identity',
      ]),
    ).toBe('To Edge by To Internet\n')
  })

  test.each([
    ['-MaxMessageSize unlimited', 'MaxMessageSize', 'Unlimited'],
    ['-MaxMessageSize "10 KB"', 'MaxMessageSize', '10 KB (10,240 bytes)'],
    ['-MaxMessageSize 36700160', 'MaxMessageSize', '35 MB (36,700,160 bytes)'],
    ['-ConnectionTimeout 1.00:00:00', 'ConnectionTimeout', '1.00:00:00'],
    ['-AuthMechanism TLS,basicauth,tls', 'AuthMechanism', 'Tls, BasicAuth'],
    ['-AuthMechanism "Tls, BasicAuth"', 'AuthMechanism', 'Tls, BasicAuth'],
    ['-SmartHosts @{Add="a","b","A"}', 'SmartHosts', 'a\nb'],
    ['-SmartHosts $null', 'SmartHosts', ''],
    ['-DNSRoutingEnabled 1 -Force:$false', 'Enabled', 'True'],
  ])('%s', async (words, property, shown) => {
    const line = `New-SendConnector x -AddressSpaces * ${words} | % ${property}`
    expect(await out(line)).toBe(shown === '' ? '' : `${shown}\n`)
  })

  test('a list is changed by Add and Remove', async () => {
    const change =
      'Set-SendConnector "To Internal Org" -AddressSpaces @{Add="a","SMTP:FABRIKAM.com;5";Remove="smtp:contoso.com;1","none"}'
    expect(await out([change, '(Get-SendConnector "To Internal Org").AddressSpaces'])).toBe(
      'SMTP:fabrikam.com;5\na\n',
    )
  })

  test.each([
    [
      'a table',
      "$p = @{Name='x';AddressSpaces='a','b';DNSRoutingEnabled=$false}; New-SendConnector @p | % AddressSpaces",
      'a\nb\n',
    ],
    [
      'a table and more',
      "$p = @{AddressSpaces='a'}; New-SendConnector y @p -MaxMessageSize 1MB | % MaxMessageSize",
      '1 MB (1,048,576 bytes)\n',
    ],
    ['a list', "$l = 'z','*'; New-SendConnector @l -AddressSpaces * | % Name", ''],
    ['nothing', 'Write-Output @nothing 1', '1\n'],
    [
      'a switch',
      '$p = @{WhatIf=$true;Name="z"}; New-SendConnector @p -AddressSpaces *',
      'What if: Creating Send connector "z".\n',
    ],
  ])('may stand in a variable: %s', async (_, line, shown) => {
    const told = await out(line)
    if (shown === '')
      expect(told).toContain('A positional parameter cannot be found that accepts argument')
    else expect(told).toBe(shown)
  })

  test('that stand in a variable are checked as others are', async () => {
    const line = '$p = @{Nam3="x"}; New-SendConnector @p'
    expect(await out(line)).toContain("matches parameter name 'Nam3'. Did you mean -Name?")
    expect(await out('$p = @{Name="x"}; New-SendConnector @p -Name y')).toContain('more than once')
  })

  test('that are missing are asked for at a terminal', async () => {
    const { all } = await run('New-SendConnector | % Name', {
      interactive: true,
      answers: ['x', '*', ''],
    })
    expect(all).toBe(
      '\ncmdlet New-SendConnector at command pipeline position 1\nSupply values for the following parameters:\nName: AddressSpaces[0]: AddressSpaces[1]: x\n',
    )
  })

  test('that are missing are told elsewhere', async () => {
    expect(await out('New-SendConnector')).toContain(
      'Cannot process command because of one or more missing mandatory parameters: Name AddressSpaces.',
    )
  })
})

describe('objects of a pipeline', () => {
  test('are bound by their Identity, and so are names', async () => {
    const lines = [
      'Get-SendConnector | Set-SendConnector -Enabled $false',
      '(Get-SendConnector).Enabled',
    ]
    expect(await out(lines)).toBe('False\nFalse\n')
    expect(await out('"To Internet","To Internal Org" | Get-SendConnector | % Name')).toBe(
      'To Internet\nTo Internal Org\n',
    )
  })

  test('one that fails does not stop the next ones', async () => {
    const { out: text, errors } = await run('"nope","To Internet" | Get-SendConnector | % Name')
    expect(text).toBe('To Internet\n')
    expect(errors).toContain("object 'nope' couldn't be found")
  })

  test('one that fits no parameter is told', async () => {
    expect(await out('5 | Get-History')).toContain(
      'The input object cannot be bound to any parameters',
    )
  })

  test('stream: what is not wanted is never made', async () => {
    expect(await out('Get-Number | where {$_ -gt 5} | select -First 3')).toBe('6\n7\n8\n')
  })

  test('stop at the signal', async () => {
    const stop = new AbortController()
    const host = new RecordingHost()
    const running = testShell().runLine('Get-Number | Measure-Object', {
      host,
      signal: stop.signal,
    })
    setImmediate(() => setImmediate(() => stop.abort()))
    expect(await running).toEqual({ kind: 'stopped' })
    expect(host.all).toBe('')
  })

  test('rows of a table that come slowly are shown after a moment', async () => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const host = new RecordingHost()
    const line = 'Get-SendConnector | ft Name; Get-Number | Out-Null'
    const running = testShell(clock).runLine(line, { host, signal: stop.signal })
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(host.out).toBe('')
    clock.advance(300)
    expect(host.out).toContain('To Internet\n')
    stop.abort()
    await running
  })
})

describe('changes', () => {
  test('-WhatIf tells what would be done, and nothing is', async () => {
    const { all } = await run([
      'Get-SendConnector | Set-SendConnector -Enabled $false -WhatIf',
      '(Get-SendConnector).Enabled',
    ])
    expect(all).toBe(
      'What if: Setting Send connector "To Internet".\nWhat if: Setting Send connector "To Internal Org".\nTrue\nFalse\n',
    )
  })

  const names = '(Get-SendConnector).Name'
  test.each([
    ['y for each', ['y', 'n'], 'To Internal Org\n'],
    ['Enter is yes', ['', ''], ''],
    ['a for all', ['A'], ''],
    ['l for none', ['l'], 'To Internet\nTo Internal Org\n'],
    ['help first', ['?', 'L'], 'To Internet\nTo Internal Org\n'],
  ])('Remove- asks: %s', async (_, answers, left) => {
    const { out: text } = await run(
      ['Get-SendConnector | Remove-SendConnector', `Write-Host left:; ${names}`],
      { answers },
    )
    expect(text.split('left:\n').at(-1) ?? '').toBe(left)
  })

  test('the question names the change and the choices', async () => {
    const { all } = await run('Remove-SendConnector "To Internet"', { answers: ['n'] })
    expect(all).toBe(
      '\nConfirm\nAre you sure you want to perform this action?\nRemoving Send connector "To Internet".\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): ',
    )
  })

  test('-Confirm:$false does not ask, and -Confirm does', async () => {
    expect(await out(['Get-SendConnector | Remove-SendConnector -Confirm:$false', names])).toBe('')
    const { out: text } = await run(
      [
        'Set-SendConnector "To Internet" -Enabled $false -Confirm',
        '(Get-SendConnector "To Internet").Enabled',
      ],
      { answers: ['n'] },
    )
    expect(text).toMatch(/True\n$/)
  })

  test('-Force does not ask, unless -Confirm is given too', async () => {
    expect(await out(['Get-SendConnector | Remove-SendConnector -Force', names])).toBe('')
    const { questions } = await run('Remove-SendConnector "To Internet" -Force -Confirm', {
      answers: ['n'],
    })
    expect(questions).toHaveLength(1)
    const { questions: more } = await run('Remove-SendConnector "To Internet" -Force:$false', {
      answers: ['n'],
    })
    expect(more).toHaveLength(1)
  })

  test('-Force does not make -WhatIf do it', async () => {
    expect(await out(['Remove-SendConnector "To Internet" -Force -WhatIf', names])).toBe(
      'What if: Removing Send connector "To Internet".\nTo Internet\nTo Internal Org\n',
    )
  })

  test('without anybody to answer nothing is changed', async () => {
    const { errors, out: text } = await run(['Remove-SendConnector "To Internet"', names])
    expect(errors).toContain('Add -Confirm:$false')
    expect(text).toMatch(/To Internet\nTo Internal Org\n$/)
  })

  test('-Verbose tells what is done', async () => {
    const { notices } = await run('New-SendConnector x -AddressSpaces * -Verbose | Out-Null')
    expect(notices).toBe(
      'VERBOSE: Creating Send connector "x".\nVERBOSE: size 35 MB (36,700,160 bytes)\n',
    )
  })
})

describe('errors', () => {
  test('end a command; the next statement runs', async () => {
    expect((await run('Get-Foo; Write-Output next')).out).toBe('next\n')
    expect((await run('Get-SendConnector nope; Write-Output next')).out).toBe('next\n')
    expect((await run('Get-SendConnector -Nope; Write-Output next')).out).toBe('next\n')
  })

  test('-ErrorAction Stop ends the line', async () => {
    expect((await run('Get-SendConnector nope -ErrorAction Stop; Write-Output next')).out).toBe('')
    expect((await run(['$ErrorActionPreference = "Stop"', 'Get-Foo; Write-Output next'])).out).toBe(
      '',
    )
  })

  test('-ErrorAction SilentlyContinue says nothing, and -ErrorVariable keeps it', async () => {
    const { all } = await run([
      'Get-SendConnector nope -ErrorAction SilentlyContinue -ErrorVariable e',
      '$e.Count; $e[0].FullyQualifiedErrorId',
    ])
    expect(all).toBe('1\nManagementObjectNotFoundException,Get-SendConnector\n')
  })

  test('-OutVariable keeps the output, and +name adds to it', async () => {
    const { all } = await run([
      'Write-Output 1,2 -OutVariable o | Out-Null',
      'Write-Output 3 -ov +o | Out-Null',
      '$o',
    ])
    expect(all).toBe('1\n2\n3\n')
  })

  test('in a block they end that statement for that object only', async () => {
    const { out: text, errors } = await run(
      '1,2 | % { Get-Foo; Get-SendConnector -Nope; "after $_" }',
    )
    expect(errors.match(/At line/g)).toHaveLength(4)
    expect(text).toBe('after 1\nafter 2\n')
  })
})

test('what was put out before an error stands before it', async () => {
  const { all } = await run('Get-SendConnector | ft Name; Get-Foo')
  expect(all.indexOf('To Internal Org')).toBeLessThan(all.indexOf('Get-Foo'))
})

describe('lines', () => {
  test('that are not complete run nothing and say so', async () => {
    const host = new RecordingHost()
    const shell = testShell()
    expect(await shell.runLine('Write-Output 1 |', { host })).toEqual({ kind: 'incomplete' })
    expect(await shell.runLine('Write-Output 1 |\n Measure-Object | % Count', { host })).toEqual({
      kind: 'done',
      failed: false,
    })
    expect(host.all).toBe('1\n')
  })

  test('variables last from one to the next', async () => {
    expect(await out(['$a = 1,2', '$a += 3', '$b = $a.Count', '"$a and $b"'])).toBe('1 2 3 and 3\n')
  })

  test('exit ends a line and the session', async () => {
    const { out: text, shell } = await run('Write-Output 1; exit 3; Write-Output 2')
    expect(text).toBe('1\n')
    expect(shell.session.exitCode).toBe(3)
  })

  test('a block of an earlier line shows its own text in errors', async () => {
    const { errors } = await run(['$b = {  $_.Explode(1) }', '1 | % $b'])
    expect(errors).toContain('+ $b = {  $_.Explode(1) }')
  })
})

test('a warning that a column has no room is folded at the edge', async () => {
  const host = new RecordingHost({ width: 40 })
  host.messageWidth = 40
  const wide = Array.from({ length: 9 }, (_, at) => `Property${at}='x'`).join(';')
  await testShell().runLine(`[PSCustomObject]@{${wide}} | ft`, { host })
  expect(host.notices).toContain(
    'WARNING: column "Property8" does not fit\ninto the display and it was removed.\n',
  )
})

test('colours are for terminals only', async () => {
  const host = new RecordingHost()
  host.colour = true
  await testShell().runLine('Get-Foo', { host })
  expect(host.errors).toContain('\x1b[31mThe term')
})
