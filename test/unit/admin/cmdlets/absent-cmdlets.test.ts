import { expect, test } from 'vitest'
import { absentCmdlets } from '../../../../src/admin/cmdlets/absent-cmdlets.ts'
import { serverCmdlets } from '../../../../src/admin/cmdlets/all.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { CmdletTable } from '../../../../src/admin/shell/cmdlet-table.ts'
import { Shell } from '../../../../src/admin/shell/shell.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { idleAdministration } from '../../../support/idle-administration.ts'
import { RecordingHost } from '../../../support/recording-host.ts'
import { publishedParameters } from './published-parameters.ts'

const cmdlets = [...builtInCmdlets(), ...serverCmdlets(idleAdministration())]

async function run(line: string) {
  const shell = new Shell({ cmdlets, absent: absentCmdlets, clock: new FakeClock() })
  const host = new RecordingHost({ width: 80 })
  const result = await shell.runLine(line, { host, final: true })
  return { out: host.out, errors: host.errors.replaceAll(/\s+/g, ' '), result }
}

test('each is no command here, has a verb and a noun, and a reason in whole sentences', () => {
  const table = new CmdletTable(cmdlets)
  for (const [name, why] of absentCmdlets) {
    expect(table.find(name), name).toBeUndefined()
    expect(name).toMatch(/^[A-Z][a-z]+-[A-Z]\w+$/)
    expect(why).toMatch(/^[a-z].*\.$/)
  }
  expect(Object.keys(publishedParameters).filter((name) => absentCmdlets.has(name))).toEqual([])
})

test('no verb stands twice with a noun', () => {
  const names = [...absentCmdlets.keys()].map((name) => name.toLowerCase())
  expect(new Set(names).size).toBe(names.length)
})

test.each([
  ['Get-TransportRule', 'there are no transport rules'],
  ['New-EdgeSubscription -FileName x', 'there is no Active Directory'],
  ['Set-SenderFilterConfig -Enabled $true', 'mail is not filtered for spam'],
  ['Get-MessageTrace -SenderAddress ann@contoso.test', 'use Get-MessageTrackingLog'],
  ['New-InboundConnector Partner', 'use New-ReceiveConnector'],
  ['Restart-Service MSExchangeTransport', 'take changes up by themselves'],
  ['Get-Help Get-JournalRule', 'there is no journaling'],
  ['Get-Command Get-JournalRule', 'there is no journaling'],
])('%s says why there is none', async (line, why) => {
  const { errors, result } = await run(line)
  expect(errors).toContain(`It is not available here: `)
  expect(errors).toContain(why)
  expect(result).toMatchObject({ failed: true })
})

test('lists and completion are without them', async () => {
  expect((await run('Get-Command *-Transport* | % Name')).out).not.toContain('TransportRule')
  const shell = new Shell({ cmdlets, absent: absentCmdlets, clock: new FakeClock() })
  expect((await shell.complete('Get-TransportR', 14)).candidates).toEqual([])
})
