import { expect, test } from 'vitest'
import { auditLogCmdlets } from '../../../../../src/admin/cmdlets/logs/admin-audit-log.ts'
import type { ServerFacts } from '../../../../../src/admin/cmdlets/configuration/exchange-server.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import { readAdminAuditLog } from '../../../../../src/logs/admin-audit-reader.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'
import { SettingsShell } from '../../../../support/settings-shell.ts'

const start = `\
Server: { Name: EDGE01, Role: Edge }
SendConnectors:
  - Name: To Internet
    AddressSpaces: ['*']
ReceiveConnectors:
  - Name: In
    Bindings: 192.0.2.1:25
    RemoteIPRanges: 192.0.2.0/24
`

/** The log of a few changes, made by the commands themselves. */
async function changed() {
  const settings = await SettingsShell.on(start)
  await settings.run(
    'Set-ReceiveConnector In -MaxMessageSize 50MB -Banner "220 it""s, here -Fqdn x"',
  )
  await settings.run('Set-ReceiveConnector EDGE01\\In -RemoteIPRanges $null')
  await settings.run('Set-SendConnector "To Internet" -Comment "out -there" -Enabled $false')
  await settings.run('Remove-SendConnector Nowhere -Confirm:$false')
  const logs = {
    search: (query: object) =>
      readAdminAuditLog({ dataFolder: settings.configuration.dataFolder, ...query }),
  }
  const facts: ServerFacts = {
    ...{ name: 'EDGE01', fqdn: 'edge01.x.test', role: 'Edge', version: '15.02.0001.000' },
  }
  const server = { facts: () => Promise.resolve(facts) }
  const cmdlets = [...builtInCmdlets(), ...auditLogCmdlets(logs, server)]
  const shell = new Shell({ cmdlets, clock: new FakeClock('2026-11-21T07:00:00Z') })
  return async (line: string) => {
    const host = new RecordingHost()
    await shell.runLine(line, { host })
    return host
  }
}

test.each([
  [
    '',
    ['Remove-SendConnector', 'Set-SendConnector', 'Set-ReceiveConnector', 'Set-ReceiveConnector'],
  ],
  ['-Cmdlets set-receiveconnector', ['Set-ReceiveConnector', 'Set-ReceiveConnector']],
  ['-Cmdlets Remove-*,Set-Send*', ['Remove-SendConnector', 'Set-SendConnector']],
  ['-Cmdlets *Connector -Parameters Comment,Banner', ['Set-SendConnector', 'Set-ReceiveConnector']],
  ['-Cmdlets *Connector -Parameters Fqdn', []],
  ['-ObjectIds in', ['Set-ReceiveConnector', 'Set-ReceiveConnector']],
  ['-ObjectIds EDGE01\\in -IsSuccess $true', ['Set-ReceiveConnector']],
  ['-ObjectIds "To *",Nowhere', ['Remove-SendConnector', 'Set-SendConnector']],
  ['-UserIds nobody.at.all', []],
  ['-IsSuccess $false', ['Remove-SendConnector', 'Set-ReceiveConnector']],
  ['-IsSuccess $true', ['Set-SendConnector', 'Set-ReceiveConnector']],
  ['-StartIndex 1 -IsSuccess $true', ['Set-ReceiveConnector']],
  ['-StartDate 2026-11-21T06:01:53Z', []],
  ['-EndDate 2026-11-21T06:01:52Z', []],
])('Search-AdminAuditLog %s', async (given, expected) => {
  const run = await changed()
  const { out, errors } = await run(`Search-AdminAuditLog ${given} | % CmdletName`)
  expect(errors).toBe('')
  expect(out.split('\n').filter((line) => line !== '')).toEqual(expected)
})

test("shows a change with Exchange's properties", async () => {
  const run = await changed()
  const { out } = await run(
    'Search-AdminAuditLog -Parameters Banner -Cmdlets * | Format-List -Property *',
  )
  expect(out).toMatch(/^ObjectModified +: In$/m)
  expect(out).toMatch(/^CmdletParameters +: \{Identity, Banner, MaxMessageSize\}$/m)
  expect(out).toMatch(/^Succeeded +: True$/m)
  expect(out).toMatch(/^Error +: None$/m)
  expect(out).toMatch(/^OriginatingServer +: EDGE01 \(15\.02\.0001\.000\)$/m)
  expect(out).toMatch(/^Identity +: 20261121-1:6$/m)
})

test('tells why a change failed, and what was given', async () => {
  const run = await changed()
  const failed = await run('(Search-AdminAuditLog -ObjectIds Nowhere).Error')
  expect(failed.out).toMatch(/Nowhere/)
  const line =
    'Search-AdminAuditLog -Cmdlets Set-* | % CmdletParameters | % {"$($_.Name): $($_.Value)"}'
  expect((await run(line)).out.split('\n')).toContain('Banner: 220 it"s, here -Fqdn x')
  expect((await run(line)).out.split('\n')).toContain('Comment: out -there')
})

test.each([
  ['-Parameters Fqdn', '-Parameters needs -Cmdlets.'],
  ['-StartDate 11/22/2026 -EndDate 11/21/2026', 'The StartDate time is after the EndDate time.'],
  ['-ExternalAccess $true', 'there are no administrators of another organisation.'],
])('refuses %s', async (given, error) => {
  const run = await changed()
  expect((await run(`Search-AdminAuditLog ${given}`)).errors).toContain(error)
})

test('tells when there are more results than are shown', async () => {
  const run = await changed()
  const { notices } = await run('Search-AdminAuditLog -ResultSize 1 | Out-Null')
  expect(notices).toMatch(/^WARNING: There are more results available/)
})
