import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { languageTopics } from '../../../../../src/admin/shell/built-in/help-topics.ts'
import { parametersOf } from '../../../../../src/admin/shell/common-parameters.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'
import { tempFolder } from '../../../../support/temp-folder.ts'
import { errorOf, run, testShell } from '../../../../support/run-shell.ts'

async function out(line: string | readonly string[]) {
  const { out: text, errors } = await run(line)
  return text + errors
}

describe('commands of the language', () => {
  test.each([
    ['Where-Object with a block', '1,2,3 | Where-Object {$_ -ge 2 -and -not ($_ -eq 3)}', '2\n'],
    [
      'Where-Object in short',
      'Get-SendConnector | where Name -like *org | % Name',
      'To Internal Org\n',
    ],
    [
      'Where-Object with a property alone',
      'Get-SendConnector | ? Enabled | % Name',
      'To Internet\n',
    ],
    ['Where-Object -Not', 'Get-SendConnector | ? Enabled -Not | % Name', 'To Internal Org\n'],
    [
      'Where-Object of a list',
      "Get-SendConnector | ? {$_.AddressSpaces -like '*contoso*'} | % Name",
      'To Internal Org\n',
    ],
    ['Select-Object -First', '1,2,3 | select -First 2', '1\n2\n'],
    ['Select-Object -Last', '1,2,3 | select -Last 2', '2\n3\n'],
    ['Select-Object -Skip', '1,2,3 | select -Skip 1 -First 1', '2\n'],
    ['Select-Object -Last -Skip', '1,2,3,4 | select -Last 2 -Skip 1', '2\n3\n'],
    ['Select-Object -Unique', "'a','b','a' | select -Unique", 'a\nb\n'],
    [
      'Select-Object -ExpandProperty',
      'Get-SendConnector | select -ExpandProperty Name',
      'To Internet\nTo Internal Org\n',
    ],
    [
      'Select-Object with patterns',
      '(Get-SendConnector "To Internet" | select Max*,Name | ConvertTo-Json -Compress)',
      '{"MaxMessageSize":36700160,"Name":"To Internet"}\n',
    ],
    [
      'Select-Object with an expression',
      "Get-SendConnector 'To Internet' | select @{Name='MB';Expression={$_.MaxMessageSize.ToMB()}} | ConvertTo-Json -Compress",
      '{"MB":35}\n',
    ],
    ['Sort-Object', '3,1,2 | sort', '1\n2\n3\n'],
    ['Sort-Object -Descending', "'b','C','a' | sort -Descending", 'C\nb\na\n'],
    [
      'Sort-Object by several',
      'Get-SendConnector | sort Port,Name | % Name',
      'To Internal Org\nTo Internet\n',
    ],
    [
      'Sort-Object by a table',
      "Get-SendConnector | sort @{Expression='Name';Descending=$true} | % Name",
      'To Internet\nTo Internal Org\n',
    ],
    ['Measure-Object', '(1,2,3 | measure).Count', '3\n'],
    [
      'Measure-Object -Sum',
      '1,2,3 | measure -Sum -Average -Maximum -Minimum | % { "$($_.Sum) $($_.Average) $($_.Maximum) $($_.Minimum)" }',
      '6 2 3 1\n',
    ],
    [
      'ForEach-Object with Begin and End',
      "1,2 | % {$_ + 1} -Begin {'a'} -End {'b'}",
      'a\n2\n3\nb\n',
    ],
    ['ForEach-Object with a method', "'a' | % ToUpper", 'A\n'],
    ['Group-Object', "'a','b','A' | group | % { \"$($_.Name)=$($_.Count)\" }", 'a=2\nb=1\n'],
    ['ConvertTo-Json of several', '1,2 | ConvertTo-Json -Compress', '[1,2]\n'],
    [
      'ConvertTo-Csv',
      'Get-SendConnector | select Name,Port | ConvertTo-Csv -NoTypeInformation',
      '"Name","Port"\n"To Internet","25"\n"To Internal Org","25"\n',
    ],
    ['Out-String', '("a","b" | Out-String).Length', '4\n'],
    ['Out-Null', 'Get-SendConnector | Out-Null', ''],
    ['> $null', 'Get-SendConnector > $null', ''],
    [
      'Get-Date -Format',
      "Get-Date '11/21/2026 6:01 PM' -Format 'yyyy-MM-dd HH:mm'",
      '2026-11-21 18:01\n',
    ],
    ['dates are moved', "(Get-Date '11/21/2026').AddDays(-1).ToString('MM/dd')", '11/20\n'],
    [
      'dates have a distance',
      "((Get-Date '11/22/2026') - (Get-Date '11/21/2026')).TotalHours",
      '24\n',
    ],
    ['Write-Host', 'Write-Host a b; Write-Host -NoNewline c'.replace('a b', "'a','b'"), 'a b\nc'],
    ['ConvertFrom-Csv', "'a,b','1,2' | ConvertFrom-Csv | % b", '2\n'],
    ['New-TimeSpan', '(New-TimeSpan -Hours 25).Days; New-TimeSpan -Minutes 5', '1\n00:05:00\n'],
    [
      'New-TimeSpan between dates',
      "(New-TimeSpan '11/20/2026' '11/22/2026').TotalHours; (New-TimeSpan -End '11/22/2026').Days",
      '48\n0\n',
    ],
    ['Write-Host in colours', 'Write-Host x -ForegroundColor Green', 'x\n'],
    ['Write-Error', "Write-Error 'none' -ErrorAction SilentlyContinue; 1", '1\n'],
    [
      'Format-Table -GroupBy',
      'Get-SendConnector | sort Enabled | ft Name -GroupBy enabled',
      '\n   Enabled: False\n\nName\n----\nTo Internal Org\n\n\n   Enabled: True\n\nName\n----\nTo Internet\n\n',
    ],
    [
      'Format-List -GroupBy',
      "Get-SendConnector 'To Internet' | fl Name -GroupBy @{Name='On';Expression={$_.Enabled}}",
      '\n   On: True\n\nName : To Internet\n\n',
    ],
    [
      'lists whole',
      '$FormatEnumerationLimit = -1; @{a=1..20} | fl',
      '\na : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}\n\n',
    ],
    ['lists cut short', '$FormatEnumerationLimit = 2; @{a=1..20} | fl', '\na : {1, 2, ...}\n\n'],
    ['Get-Variable', '$x = 5; Get-Variable x | % Value', '5\n'],
    ['casts', "[int]'5' + 1; [string]5 + '1'; [bool]0", '6\n51\nFalse\n'],
    ['tables', '$t = @{a=1;b="x","y"}; $t.a; $t.b[1]; $t.Count', '1\ny\n2\n'],
  ])('%s', async (_, line, expected) => {
    expect(await out(line)).toBe(expected)
  })

  test.each([
    ['Get-SendConnector | fl | ConvertTo-Json', 'Use Select-Object to choose properties'],
    ['1 | where', 'A condition is missing'],
    ['1 | where a -eq -ne 1', 'stands one operator'],
    ['1 | where a 2', 'stands one operator'],
    ['Get-SendConnector | select -ExpandProperty Nope', 'Property "Nope" cannot be found.'],
    ["1 | select @{Nam='x'}", 'The "Nam" key is not valid.'],
    [
      'New-Object System.Net.WebClient',
      'makes objects of the type System.Management.Automation.PSCredential only',
    ],
    ["ConvertTo-SecureString 'x'", '-AsPlainText and -Force must both be given'],
    ['Get-Content /nonexistent/file', "Cannot find path '/nonexistent/file'"],
    ['1 > /nonexistent/file', "Could not open file '/nonexistent/file'"],
    ['Get-Help Get-SndConnector', 'Did you mean Get-SendConnector?'],
    ['Get-Help Get-SendConnector -Parameter Idenity', 'Did you mean Identity?'],
    ['1 | select -First 1 -Last 1', '-First and -Last cannot be used together'],
    ['1 | select a -ExpandProperty b', '-Property and -ExpandProperty cannot be used together'],
    ['1 | select -ExcludeProperty b', '-ExcludeProperty needs -Property'],
    ['1 | where {$_} -eq 1', 'cannot be used together'],
    ['1 | % {$_} -ArgumentList 1', '-Process and -ArgumentList cannot be used together'],
    ['Get-Help Get-Date -Full -Examples', 'cannot be used together'],
    ['Get-Command Get-Nope', "The term 'Get-Nope' is not recognized"],
  ])('%s', async (line, message) => {
    expect(await errorOf(line)).toContain(message)
  })
})

test('Write-Warning, Write-Verbose and Write-Error tell what they are given', async () => {
  const { notices, errors } = await run(
    'Write-Warning w; Write-Verbose v; Write-Verbose v2 -Verbose; Write-Error e',
  )
  expect(notices).toBe('WARNING: w\nVERBOSE: v2\n')
  expect(errors).toMatch(/^Write-Error : e\n/)
})

test('Write-Host paints on a screen with colours', async () => {
  const host = new RecordingHost()
  host.colour = true
  const line = 'Write-Host ok -ForegroundColor Green -BackgroundColor DarkBlue'
  await testShell().runLine(line, { host })
  expect(host.out).toBe('\x1b[92;44mok\x1b[0m\n')
})

test('Start-Sleep waits, and hears Ctrl-C', async () => {
  const clock = new FakeClock()
  const shell = testShell(clock)
  const host = new RecordingHost()
  const done = shell.runLine('Start-Sleep 5; 1', { host })
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  expect(host.out).toBe('')
  clock.advance(5_000)
  await done
  expect(host.out).toBe('1\n')
  const stop = new AbortController()
  const endless = shell.runLine('while ($true) { Start-Sleep 9 }', { host, signal: stop.signal })
  setImmediate(() => stop.abort())
  expect(await endless).toEqual({ kind: 'stopped' })
})

describe('credentials', () => {
  test('are read as two lines, the second one unseen', async () => {
    const { out: text, questions } = await run(
      ['$c = Get-Credential', '$c.UserName; $c.Password; $c'],
      {
        answers: ['contoso\\relay', 'P@ssw0rd'],
      },
    )
    expect(questions).toEqual([
      { label: 'User name: ', secret: false },
      { label: 'Password for user contoso\\relay: ', secret: true },
    ])
    expect(text).toContain('contoso\\relay\nSystem.Security.SecureString\n')
    expect(text).not.toContain('P@ss')
  })

  test('are made without a question', async () => {
    const lines = [
      "$p = ConvertTo-SecureString -String 'P@ssw0rd' -AsPlainText -Force",
      '$c = New-Object System.Management.Automation.PSCredential("u", $p)',
      'New-SendConnector x -AddressSpaces * -AuthenticationCredential $c | % Name',
      '$c | ConvertTo-Json; $c | fl; $p | Out-String; "$p"; Get-Variable',
    ]
    const { all } = await run(lines)
    expect(all).toMatch(/^x\n/)
    expect(all).not.toContain('P@ss')
  })

  test('cannot be had without input', async () => {
    expect(await errorOf('Get-Credential')).toContain(
      'user name and password are read as two lines of standard input',
    )
  })
})

describe('files', () => {
  test('are written, added to and read', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'a.txt')
    const lines = [
      `'a' > ${path}`,
      `'b' >> ${path}`,
      `Get-SendConnector | ft Name | Out-File ${path} -Append`,
    ]
    expect(await out([...lines, `Get-Content ${path} | select -First 4`])).toBe('a\nb\n\nName\n')
    expect(await errorOf(`1 | Out-File ${path} -NoClobber`)).toContain('already exists')
  })

  test('as CSV', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'a.csv')
    await run([
      `Get-SendConnector | select Name,Enabled | Export-Csv ${path}`,
      `Get-SendConnector 'To Internet' | select Name,Enabled | Export-Csv ${path} -Append`,
    ])
    expect(await readFile(path, 'utf8')).toBe(
      '"Name","Enabled"\n"To Internet","True"\n"To Internal Org","False"\n"To Internet","True"\n',
    )
  })

  test('as CSV are read back', async () => {
    const path = join(await tempFolder(), 'a.csv')
    const text = '\uFEFFName,"Spaces, all",Note\r\nA,"x;y","say ""hi"" x"\r\n\r\nB,"two\nlines"\r\n'
    await writeFile(path, text)
    expect(
      await out(`Import-Csv ${path} | % { "$($_.Name)|$($_.'Spaces, all')|$($_.Note)|" }`),
    ).toBe('A|x;y|say "hi" x|\nB|two\nlines||\n')
    expect(await out(`Import-Csv ${path} -Header a,b,c | select -First 1 | % b`)).toBe(
      'Spaces, all\n',
    )
    expect(await errorOf(`Import-Csv ${path}.none`)).toContain('Cannot find path')
    await writeFile(path, 'a,A\n1,2\n')
    expect(await errorOf(`Import-Csv ${path}`)).toContain('The member "A" is already present.')
  })

  test('what Export-Csv wrote, Import-Csv reads', async () => {
    const path = join(await tempFolder(), 'a.csv')
    const write = `Get-SendConnector | select Name,AddressSpaces | Export-Csv ${path} -IncludeTypeInformation`
    expect(await out([write, `(Import-Csv ${path}).Name`])).toBe('To Internet\nTo Internal Org\n')
  })

  test('are made of a CSV with columns of its own', async () => {
    const path = join(await tempFolder(), 'new.csv')
    await writeFile(path, 'Name;AddressSpaces\nA;a.test\nB;b.test\n')
    const line = `Import-Csv ${path} -Delimiter ';' | % { New-SendConnector -Name $_.Name -AddressSpaces $_.AddressSpaces } | % Identity`
    expect(await out(line)).toBe('A\nB\n')
  })

  test('have the encoding asked for', async () => {
    const path = join(await tempFolder(), 'a.txt')
    await run([
      `'ä' | Out-File ${path} -Encoding Unicode`,
      `Add-Content ${path} 'b' -Encoding Unicode`,
    ])
    expect((await readFile(path)).toString('utf16le')).toBe('\uFEFFä\nb\n')
    await run(`Get-SendConnector | select Name | Export-Csv ${path} -Encoding UTF8BOM`)
    expect(await readFile(path, 'utf8')).toMatch(/^\uFEFF"Name"/)
  })

  test('hold the lines given', async () => {
    const path = join(await tempFolder(), 'a.txt')
    const lines = [`Test-Path ${path}`, `Set-Content ${path} 'a','b'`, `'c' | Add-Content ${path}`]
    expect(await out([...lines, `Test-Path ${path}`, `Get-Content ${path}`])).toBe(
      'False\nTrue\na\nb\nc\n',
    )
  })

  test('keep what passes on its way', async () => {
    const path = join(await tempFolder(), 'a.txt')
    expect(
      await out(`1,2 | Tee-Object ${path} | Measure-Object | % Count; Get-Content ${path}`),
    ).toBe('2\n1\n2\n')
    expect(await out('1,2 | tee -Variable v | Out-Null; "$v"')).toBe('1 2\n')
    expect(await errorOf('1 | Tee-Object')).toContain('Give the name of a file')
  })

  test('are given to a parameter as octets', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'a.bin')
    await writeFile(path, Buffer.from([1, 2, 255]))
    expect(
      await out(`([byte[]]$(Get-Content -Path ${path} -Encoding Byte -ReadCount 0)).Length`),
    ).toBe('3\n')
    expect(await out(`([System.IO.File]::ReadAllBytes('${path}'))[2]`)).toBe('255\n')
  })
})

describe('help', () => {
  test('of a command', async () => {
    expect((await run('Get-Help Set-SendConnector', { width: 60 })).out).toBe(`
NAME
    Set-SendConnector

SYNOPSIS
    Changes a Send connector.

SYNTAX
    Set-SendConnector [-Identity] <Identity>
        [-Enabled <Boolean>]
        [-AddressSpaces <MultiValuedProperty>] [-WhatIf]
        [-Confirm] [<CommonParameters>]

REMARKS
    Examples        Get-Help Set-SendConnector -Examples
    Each parameter  Get-Help Set-SendConnector -Full

`)
  })

  test('of one parameter', async () => {
    expect((await run('Get-Help New-SendConnector -Parameter Usage')).out).toBe(`
    -Usage <UsageType>
        What it is for.

        Required?                    false
        Position?                    named
        Default value
        Accept pipeline input?       false
        Accept wildcard characters?  false
        Values                       Custom, Internal, Internet, Partner

`)
  })

  test('lists what fits a pattern, and every topic can be read', async () => {
    expect(await out('Get-Help *Connector | % Name')).toBe(
      'Get-SendConnector\nNew-SendConnector\nRemove-SendConnector\nSet-SendConnector\n',
    )
    for (const { name } of languageTopics) expect(await out(`Get-Help ${name}`)).toContain('TOPIC')
  })

  test.each([60, 80])('fits into %i columns, no word cut', async (width) => {
    for (const { name } of testShell().cmdlets.all) {
      const { out: text } = await run(`Get-Help ${name} -Full`, { width })
      // Examples are to be copied, and stay on one line.
      const wide = text
        .split('\n')
        .filter((line) => line.length > width && !/PS>|--- Ex/.test(line))
      expect(wide, name).toEqual([])
      expect(text, name).not.toMatch(/[|{] \w+\n +\w+[}]/)
    }
  })

  test('the topics fit into 80 columns', async () => {
    for (const { name } of languageTopics) {
      const { out: text } = await run(`Get-Help ${name}`)
      expect(Math.max(...text.split('\n').map((line) => line.length)), name).toBeLessThanOrEqual(80)
    }
  })

  test('every built-in command has a synopsis, examples, and help for each parameter', () => {
    for (const cmdlet of testShell().cmdlets.all) {
      if (/SendConnector|Number/.test(cmdlet.name)) continue
      expect(cmdlet.synopsis, cmdlet.name).toMatch(/\.$/)
      expect(cmdlet.examples.length, cmdlet.name).toBeGreaterThan(0)
      for (const [name, { help }] of Object.entries(parametersOf(cmdlet))) {
        expect(help, `${cmdlet.name} -${name}`).not.toBe('')
      }
    }
  })

  test('Get-Command finds by verb and noun', async () => {
    expect(await out('Get-Command -Verb Format | % Name')).toBe('Format-List\nFormat-Table\n')
    expect(await out('Get-Command -Noun *Connector -Verb New,Set | % Name')).toBe(
      'New-SendConnector\nSet-SendConnector\n',
    )
  })
})

describe('filters', () => {
  test.each([
    ["{Name -like '*internet*'}", 'To Internet\n'],
    ['"Enabled -eq `$false -and Port -gt 1"', 'To Internal Org\n'],
    ["{$_.Name -eq 'To Internet' -or $_.Port -lt 5}", 'To Internet\n'],
    ["{-not (Name -like '*internet*')}", 'To Internal Org\n'],
  ])('%s', async (condition, names) => {
    expect(await out(`Get-SendConnector -Filter ${condition} | % Name`)).toBe(names)
  })

  test.each([
    ['{Nmae -eq "x"}', '"Nmae" is not a property that can be filtered by. Did you mean Name?'],
    ['{Name -eq}', 'Invalid filter syntax at character'],
    ['{Name -eq $x}', 'put the filter in double quotes'],
    ['{$_.Name -eq (Get-Date)}', "Unexpected token '-Date'"],
    ['{$x.Name -eq "a"}', 'on the left of a comparison stands a property'],
  ])('but not %s', async (condition, message) => {
    expect(await errorOf(`Get-SendConnector -Filter ${condition}`)).toContain(message)
  })
})
