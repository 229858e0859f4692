import { expect, test } from 'vitest'
import { loadConfig } from '../../../../../src/config/load-config.ts'
import { SettingsShell } from '../../../../support/settings-shell.ts'

const edge = 'Server: { Name: EDGE01, Role: Edge }\n'
const anonymous = '"NT AUTHORITY\\ANONYMOUS LOGON"'
const anyRecipient = `Add-ADPermission -User ${anonymous} -ExtendedRights "Ms-Exch-SMTP-Accept-Any-Recipient"`

async function withRelay(): Promise<SettingsShell> {
  const settings = await SettingsShell.on(edge)
  await settings.run(
    'New-ReceiveConnector -Name "Anonymous Relay" -Custom -Bindings 0.0.0.0:2526 -RemoteIpRanges 192.168.5.10,192.168.5.11',
  )
  return settings
}

async function rightsIn(settings: SettingsShell) {
  const result = await loadConfig(settings.file)
  if (!('config' in result)) throw new Error('the file is wrong')
  return result.config.ReceiveConnectors.at(-1)?.AnonymousRights
}

test('the published lines for anonymous relay run as they are printed', async () => {
  const settings = await withRelay()
  await settings.run('Set-ReceiveConnector "Anonymous Relay" -PermissionGroups AnonymousUsers')
  expect(await settings.run(`Get-ReceiveConnector "Anonymous Relay" | ${anyRecipient}`)).toBe(`
Identity               User                         Deny  Inherited
--------               ----                         ----  ---------
EDGE01\\Anonymous Relay NT AUTHORITY\\ANONYMOUS LOGON False False

`)
  expect(await rightsIn(settings)).toEqual([
    ...['SMTPSubmit', 'SMTPAcceptAnyRecipient', 'SMTPAcceptAuthoritativeDomainSender'],
    'AcceptRoutingHeaders',
  ])
  const shown = await settings.run(
    `Get-ADPermission "EDGE01\\Anonymous Relay" -User ${anonymous} | where {($_.Deny -eq $false) -and ($_.IsInherited -eq $false)} | Format-Table User,ExtendedRights`,
  )
  expect(shown).toContain('NT AUTHORITY\\ANONYMOUS LOGON {ms-Exch-SMTP-Accept-Any-Recipient}\n')
  expect((await settings.audit()).at(-1)).toContain('Add-ADPermission')
})

test('the other published way, servers secured externally, runs on a connector that had the first', async () => {
  const settings = await withRelay()
  await settings.run('Set-ReceiveConnector "Anonymous Relay" -PermissionGroups AnonymousUsers')
  await settings.run(`Get-ReceiveConnector "Anonymous Relay" | ${anyRecipient}`)
  expect(
    await settings.run(
      'Set-ReceiveConnector "Anonymous Relay" -AuthMechanism ExternalAuthoritative -PermissionGroups ExchangeServers',
    ),
  ).toMatch(/^WARNING: The rights that anonymous senders had on this connector go[^\n]*\n$/)
  expect(await rightsIn(settings)).toBeUndefined()
})

test('a right that was given can be taken back, and the usual ones are not written', async () => {
  const settings = await withRelay()
  await settings.run('Set-ReceiveConnector "Anonymous Relay" -PermissionGroups AnonymousUsers')
  const before = await settings.text()
  await settings.run(`Get-ReceiveConnector "Anonymous Relay" | ${anyRecipient}`)
  const remove = anyRecipient.replace('Add-', 'Remove-')
  expect(await settings.run(`${remove} "Anonymous Relay"`, ['y'])).toContain('Are you sure')
  expect(await settings.text()).toBe(before)
})

test('the published line with the kind of right runs as it is printed', async () => {
  const settings = await withRelay()
  await settings.run('Set-ReceiveConnector "Anonymous Relay" -PermissionGroups AnonymousUsers')
  const kind = '-AccessRights ExtendedRight -InheritanceType All'
  await settings.run(`Get-ReceiveConnector "Anonymous Relay" | ${anyRecipient} ${kind}`)
  expect(await rightsIn(settings)).toContain('SMTPAcceptAnyRecipient')
  for (const other of ['-AccessRights GenericAll', '-InheritanceType Children']) {
    const line = `${anyRecipient} "Anonymous Relay" ${other}`
    expect(await settings.errorOf(line), other).toContain('there is no directory')
  }
})

test('a right that is denied is taken', async () => {
  const settings = await withRelay()
  await settings.run('Set-ReceiveConnector "Anonymous Relay" -PermissionGroups AnonymousUsers')
  const line = `Get-ReceiveConnector "Anonymous Relay" | ${anyRecipient}`
  const before = await settings.text()
  await settings.run(`${line} -Deny:$false`)
  expect(await settings.run(`${line} -Deny | % Deny`)).toBe('True\n')
  expect(await settings.text()).toBe(before)
})

test('senders in our own domains can be refused to strangers', async () => {
  const settings = await SettingsShell.on(edge)
  await settings.run(
    `Get-ReceiveConnector | Remove-ADPermission -User ${anonymous} -ExtendedRights ms-exch-smtp-accept-authoritative-domain-sender -Confirm:$false`,
  )
  expect(await rightsIn(settings)).toEqual(['SMTPSubmit', 'AcceptRoutingHeaders'])
})

test('a connector that takes nothing of anonymous users gives them no rights', async () => {
  const settings = await withRelay()
  expect(await settings.errorOf(`Get-ReceiveConnector "Anonymous Relay" | ${anyRecipient}`)).toBe(
    'AnonymousRights needs the permission group AnonymousUsers.',
  )
})

test('the rights of groups cannot be changed one by one', async () => {
  const settings = await withRelay()
  const line = 'Add-ADPermission "Anonymous Relay" -User "MS Exchange\\Partner Servers"'
  expect(await settings.errorOf(`${line} -ExtendedRights ms-Exch-SMTP-Submit`)).toContain(
    "those of the connector's PermissionGroups",
  )
})

test('the rights of each group are shown', async () => {
  const settings = await SettingsShell.on(edge)
  const users = await settings.run(
    'Get-ReceiveConnector | Get-ADPermission | Group-Object User | % Name',
  )
  expect(users.trim().split('\n')).toEqual([
    'NT AUTHORITY\\ANONYMOUS LOGON',
    'MS Exchange\\Hub Transport Servers',
    'MS Exchange\\Externally Secured Servers',
    'MS Exchange\\Partner Servers',
  ])
})
