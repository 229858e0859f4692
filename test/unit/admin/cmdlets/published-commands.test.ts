import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { SettingsShell } from '../../../support/settings-shell.ts'

/** The lines of Microsoft's page on mail flow without EdgeSync, as they are printed there. */
const edgeScript = String.raw`
New-SendConnector -Name "To Internet" -AddressSpaces * -Usage Internet -DNSRoutingEnabled $true
New-SendConnector -Name "To Internal Org" -Usage Internal -AddressSpaces "--" -DNSRoutingEnabled $false -SmartHosts mbxserver01.contoso.com,mbxserver02.contoso.com -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)
Set-ReceiveConnector -Identity "Default internal Receive connector EDGE01" -Name "From Internet" -Bindings 10.1.1.1:25
New-ReceiveConnector -Name "From Internal Org" -Usage Internal -AuthMechanism TLS,BasicAuth,BasicAuthRequireTLS,ExchangeServer -Bindings 10.1.1.2:25 -RemoteIPRanges 192.168.5.10,192.168.5.20
`
const edgeCheck =
  'Get-SendConnector | Format-List Name,Usage,AddressSpaces,SourceTransportServers,DSNRoutingEnabled,SmartHosts,SmartHostAuthMechanism; Get-ReceiveConnector | Format-List Name,Usage,AuthMechanism,Bindings,RemoteIPRanges'
const mailboxScript =
  'New-SendConnector -Name "To Edge" -Usage Internal -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts edge01.contoso.com -SourceTransportServers mbxserver01.contoso.com,mbxserver02.contoso.com -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)'
const mailboxCheck =
  'Get-SendConnector -Identity "To Edge" | Format-List Usage,AddressSpaces,DSNRoutingEnabled,SmartHosts,SourceTransportServers,SmartHostAuthMechanism'

const account = ['CONTOSO\\edge-relay', 'pass#word']

test('the published lines for an Edge server run as they are printed, and show what is to be verified', async () => {
  const settings = await SettingsShell.on('Server: { Name: EDGE01, Role: Edge }\n')
  expect(await settings.run(edgeScript, account)).not.toMatch(/^\S+ : /m)
  expect((await settings.run(edgeCheck)).trim()).toBe(
    `
Name                   : To Internet
Usage                  : Internet
AddressSpaces          : {SMTP:*;1}
SourceTransportServers : {EDGE01}
SmartHosts             : {}
SmartHostAuthMechanism : None

Name                   : To Internal Org
Usage                  : Internal
AddressSpaces          : {SMTP:--;1}
SourceTransportServers : {EDGE01}
SmartHosts             : {mbxserver01.contoso.com, mbxserver02.contoso.com}
SmartHostAuthMechanism : BasicAuthRequireTLS


Name           : From Internet
Usage          :
AuthMechanism  : Tls, ExchangeServer
Bindings       : {10.1.1.1:25}
RemoteIPRanges : {0.0.0.0-255.255.255.255}

Name           : From Internal Org
Usage          : Internal
AuthMechanism  : Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer
Bindings       : {10.1.1.2:25}
RemoteIPRanges : {192.168.5.10, 192.168.5.20}`.trim(),
  )
  const result = await loadConfig(settings.file)
  if ('problems' in result) throw new Error('the file does not check')
  expect(result.config.ReceiveConnectors.map(({ PermissionGroups }) => PermissionGroups)).toEqual([
    ['AnonymousUsers', 'ExchangeServers', 'Partners'],
    ['ExchangeServers'],
  ])
  expect(result.config.SendConnectors.map(({ MaxMessageSize }) => MaxMessageSize)).toEqual([
    35 * 1024 ** 2,
    Infinity,
  ])
  expect(settings.reloads).toHaveLength(4)
})

test('the published line for a Mailbox server runs as it is printed', async () => {
  const settings = await SettingsShell.on(
    'Server: { Name: MBXSERVER01, Fqdn: mbxserver01.contoso.com, Role: Mailbox }\n',
  )
  expect(await settings.run(mailboxScript, account)).not.toMatch(/^\S+ : |WARNING/m)
  expect((await settings.run(mailboxCheck)).trim()).toBe(
    `
Usage                  : Internal
AddressSpaces          : {SMTP:*;1}
SmartHosts             : {edge01.contoso.com}
SourceTransportServers : {mbxserver01.contoso.com, mbxserver02.contoso.com}
SmartHostAuthMechanism : BasicAuthRequireTLS`.trim(),
  )
})

test('a connector for other servers is kept, and the administrator is warned that it is not used here', async () => {
  const settings = await SettingsShell.on('Server: { Name: OTHER, Fqdn: other.contoso.com }\n')
  expect(await settings.run(mailboxScript, account)).toMatch(
    /WARNING: This server \(OTHER\) does not use the Send connector "To Edge"/,
  )
})

test('a password is in a file of its own that only its owner may read, and nowhere else', async () => {
  const settings = await SettingsShell.on('Server: { Name: EDGE01, Role: Edge }\n')
  await settings.run(edgeScript, account)
  const folder = join(settings.folder, 'secrets')
  const [name = ''] = await readdir(folder)
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder, name), 'utf8')).toBe('pass#word\n')
  const others = [await settings.text(), ...(await settings.audit())].join('\n')
  expect(others).toContain(`PasswordFile: secrets/${name}`)
  expect(others).toContain('CONTOSO\\edge-relay')
  expect(others).not.toContain('pass#word')
  expect(
    await settings.run('Get-SendConnector | fl; Get-SendConnector | ConvertTo-Json'),
  ).not.toContain('pass#word')
  await settings.run(
    'Set-SendConnector "To Internal Org" -AuthenticationCredential (Get-Credential)',
    ['x', 'new'],
  )
  const [changed = '', more] = await readdir(folder)
  expect([changed === name, more]).toEqual([false, undefined])
  expect(await readFile(join(folder, changed), 'utf8')).toBe('new\n')
  await settings.run('Remove-SendConnector "To Internal Org" -Confirm:$false')
  expect(await readdir(folder)).toEqual([])
})
