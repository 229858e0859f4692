import { describe, expect, test } from 'vitest'
import { testShell } from '../../../support/run-shell.ts'

/** What completion offers at the bar, as texts. */
async function offered(line: string) {
  const cursor = line.indexOf('|^|')
  const text = line.replace('|^|', '')
  const { start, end, candidates } = await testShell().complete(
    text,
    cursor === -1 ? text.length : cursor,
  )
  expect(end).toBe(cursor === -1 ? text.length : cursor)
  return { replaced: text.slice(start, end), texts: candidates.map((one) => one.text) }
}

describe('offers', () => {
  test.each([
    ['commands at the beginning', 'get-send', ['Get-SendConnector']],
    ['commands behind a pipe', 'Get-SendConnector | Format-', ['Format-List', 'Format-Table']],
    ['commands behind a semicolon', 'x; Get-Num', ['Get-Number']],
    [
      'commands in brackets',
      'New-SendConnector -AuthenticationCredential (Get-Cr',
      ['Get-Credential'],
    ],
    ['commands in an assignment', '$c = Get-Cre', ['Get-Credential']],
    ['commands in a block', '1 | % { Write-H', ['Write-Host']],
    [
      'parameters',
      'New-SendConnector -S',
      ['-SmartHosts', '-SourceTransportServers', '-SmartHostAuthMechanism', '-Start'],
    ],
    [
      'only parameters that are left',
      'New-SendConnector -Start 1 -SmartHosts a -S',
      ['-SourceTransportServers', '-SmartHostAuthMechanism'],
    ],
    ['no parameters that are refused', 'New-SendConnector -Link', []],
    ['parameters of all commands', 'Get-Date -Verb', ['-Verbose']],
    ['values of a parameter', 'New-SendConnector -Usage Inter', ['Internal', 'Internet']],
    ['values by the beginning of its name', 'New-SendConnector -Us P', ['Partner']],
    ['values behind a colon', 'New-SendConnector -Usage:C', ['-Usage:Custom']],
    [
      'values in a list',
      'New-SendConnector -AuthMechanism Tls,BasicAuthR',
      ['BasicAuthRequireTLS'],
    ],
    ['values in quotes', 'New-SendConnector -Usage "Part', ['"Partner"']],
    ['true and false', 'New-SendConnector -DNSRoutingEnabled ', ['$true', '$false']],
    ['variables', '$Err', ['$ErrorActionPreference']],
    ['properties behind a pipe', 'Get-SendConnector | Format-List Name,Sm', ['SmartHosts']],
    [
      'properties through a filter',
      'Get-SendConnector | where Enabled | fl Add',
      ['AddressSpaces'],
    ],
    ['commands for help', 'Get-Help Get-Num', ['Get-Number']],
    ['topics of help', 'Get-Help about_Pip', ['about_Pipelines']],
    ['topics beside commands', 'Get-Help ', expect.arrayContaining(['Get-Date', 'about_Shell'])],
    ['names of objects', 'Set-SendConnector ', ["'To Internet'", "'To Internal Org'"]],
    ['names by their beginning', 'Get-SendConnector "to internal', ['"To Internal Org"']],
    ['names behind a parameter', 'Set-SendConnector -Identity Tx', []],
    ['nothing in a comment', 'Get-Queue # Get-', []],
    ['nothing for a text', 'New-SendConnector -Name T', []],
    ['nothing for an unknown command', 'Get-Foo -', []],
  ])('%s', async (_, line, texts) => {
    expect((await offered(line)).texts).toEqual(texts)
  })

  test('for the word at the cursor, whatever follows', async () => {
    expect(await offered('Get-Send|^|Connector | fl')).toEqual({
      replaced: 'Get-Send',
      texts: ['Get-SendConnector'],
    })
  })

  test('an explanation with each', async () => {
    const { candidates } = await testShell().complete('New-SendConnector -Max', 22)
    expect(candidates[0]).toEqual({
      text: '-MaxMessageSize',
      kind: 'parameter',
      help: 'The greatest size.',
    })
  })
})
