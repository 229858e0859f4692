import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SettingsShell } from '../../../support/settings-shell.ts'
import { testCertificate } from '../../../support/test-certificate.ts'

const start = `\
# My relay.
Server: { Name: EDGE01, Role: Edge } # the only one

AcceptedDomains:
  # Ours.
  - DomainName: contoso.com
  - Name: Fabrikam
    DomainName: fabrikam.com
    DomainType: InternalRelay

ReceiveConnectors:
  - Name: In
    Bindings: 192.0.2.1:25 # outer
    RemoteIPRanges: [0.0.0.0-255.255.255.255]
    PermissionGroups: AnonymousUsers

SendConnectors:
  - Name: Out
    AddressSpaces: ['*']
  - Name: Partner
    AddressSpaces: [partner.example;5, other.example]
`

/** A line, and what becomes of the file: each pair replaces its first text by its second. */
const changes: readonly (readonly [
  line: string,
  ...edits: readonly (readonly [string, string])[],
])[] = [
  [
    'Set-ReceiveConnector In -MaxMessageSize 50MB',
    [
      'PermissionGroups: AnonymousUsers\n',
      'PermissionGroups: AnonymousUsers\n    MaxMessageSize: 50MB\n',
    ],
  ],
  [
    'Set-ReceiveConnector EDGE01\\in -Bindings @{Add="192.0.2.2:25"}',
    ['Bindings: 192.0.2.1:25 #', 'Bindings: [192.0.2.1:25, 192.0.2.2:25] #'],
  ],
  [
    'Set-ReceiveConnector In -ConnectionTimeout 00:04:00 -MaxProtocolErrors unlimited -Banner "220 hello there"',
    [
      'AnonymousUsers\n',
      'AnonymousUsers\n    ConnectionTimeout: 00:04:00\n    MaxProtocolErrors: unlimited\n    Banner: 220 hello there\n',
    ],
  ],
  ['Disable-ReceiveConnector In', ['AnonymousUsers\n', 'AnonymousUsers\n    Enabled: false\n']],
  [
    'Set-SendConnector Partner -AddressSpaces @{Add="SMTP:third.example";Remove="SMTP:other.example;1"}',
    ['[partner.example;5, other.example]', '[SMTP:partner.example;5, SMTP:third.example;1]'],
  ],
  [
    'Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel verbose',
    ["['*']\n", "['*']\n    ProtocolLoggingLevel: Verbose\n"],
    ['other.example]\n', 'other.example]\n    ProtocolLoggingLevel: Verbose\n'],
  ],
  ['Remove-SendConnector Out -Confirm:$false', ["  - Name: Out\n    AddressSpaces: ['*']\n", '']],
  [
    'Set-AcceptedDomain contoso.com -DomainType InternalRelay',
    [
      '  - DomainName: contoso.com\n',
      '  - DomainName: contoso.com\n    DomainType: InternalRelay\n',
    ],
  ],
  [
    'Set-AcceptedDomain Fabrikam -MakeDefault $true',
    ['    DomainType: InternalRelay\n', '    DomainType: InternalRelay\n    Default: true\n'],
  ],
  [
    'Remove-AcceptedDomain Fabrikam -Confirm:$false',
    ['  - Name: Fabrikam\n    DomainName: fabrikam.com\n    DomainType: InternalRelay\n', ''],
  ],
  [
    'New-AcceptedDomain Sub -DomainName *.sub.example',
    ['InternalRelay\n', "InternalRelay\n  - Name: Sub\n    DomainName: '*.sub.example'\n"],
  ],
  [
    'Set-TransportServer EDGE01 -MessageExpirationTimeout 3.00:00:00 -SendProtocolLogPath $null',
    [
      'other.example]\n',
      "other.example]\n\nTransportService:\n  MessageExpirationTimeout: 3.00:00:00\n  SendProtocolLogPath: '$null'\n",
    ],
  ],
  [
    'Set-TransportConfig -MaxReceiveSize 20MB -ExternalDsnSendHtml $false',
    [
      'other.example]\n',
      'other.example]\n\nTransportConfig:\n  MaxReceiveSize: 20MB\n  ExternalDsnSendHtml: false\n',
    ],
  ],
]

test.each(changes.map(([line, ...edits]) => ({ line, edits })))(
  '$line',
  async ({ line, edits }) => {
    const settings = await SettingsShell.on(start)
    expect(await settings.run(line)).not.toMatch(/^\S+ : |WARNING/m)
    const expected = edits.reduce((text, [from, to]) => text.replace(from, () => to), start)
    expect(await settings.text()).toBe(expected)
  },
)

/** A line that must be refused, and the beginning of why. */
const refusals: readonly (readonly [line: string, why: string])[] = [
  [
    'Set-AcceptedDomain Fabrikam -DomainName fabrikam.example',
    "A parameter cannot be found that matches parameter name 'DomainName'.",
  ],
  [
    'Set-ReceiveConnector Nope -Fqdn x',
    "The operation couldn't be performed because object 'Nope' couldn't be found on 'EDGE01'.",
  ],
  [
    'New-ReceiveConnector in -Bindings 192.0.2.9:25 -RemoteIPRanges 192.0.2.0/24',
    'The Receive connector "EDGE01\\in" already exists.',
  ],
  [
    'New-ReceiveConnector Two -Bindings 192.0.2.1:25 -RemoteIPRanges 0.0.0.0-255.255.255.255',
    'The values that you specified for the Bindings and RemoteIPRanges parameters conflict with the settings on Receive connector "EDGE01\\In" (specified for "EDGE01\\Two").',
  ],
  [
    'New-ReceiveConnector Two -Usage Internet',
    'Cannot process command because of one or more missing mandatory parameters: Bindings.',
  ],
  [
    'New-ReceiveConnector Two',
    'Cannot process command because of one or more missing mandatory parameters: Bindings RemoteIPRanges.',
  ],
  [
    'New-ReceiveConnector Two -Usage Client -RemoteIPRanges 192.0.2.0/24',
    'The usage Client does not exist on an Edge Transport server.',
  ],
  ['New-ReceiveConnector Two -Internal -Usage Partner', 'Parameter set cannot be resolved'],
  [
    'Set-ReceiveConnector In -AuthMechanism BasicAuthRequireTLS',
    'BasicAuthRequireTLS needs BasicAuth and Tls beside it.',
  ],
  [
    'Set-ReceiveConnector In -LongAddressesEnabled $true',
    "Cannot process argument transformation on parameter 'LongAddressesEnabled'. The relay does not have this yet",
  ],
  [
    'Set-ReceiveConnector In -MaxHopCount 501',
    "Cannot process argument transformation on parameter 'MaxHopCount'. The value must be a whole number from 1 to 500",
  ],
  [
    'Set-SendConnector Out -SmartHosts mx.example',
    'DNSRoutingEnabled must be false when SmartHosts is given.',
  ],
  ['Set-SendConnector Out -Name Partner', 'Another Send connector has the name'],
  [
    'Set-SendConnector Out -CloudServicesMailEnabled $true',
    "The parameter 'CloudServicesMailEnabled' is not available",
  ],
  [
    'New-SendConnector Third',
    'Cannot process command because of one or more missing mandatory parameters: AddressSpaces.',
  ],
  ['Get-SendConnector -Server MBX07', "The server 'MBX07' couldn't be found"],
  [
    'Set-FrontendTransportService -ReceiveProtocolLogMaxAge 1.00:00:00',
    'An Edge Transport server has no Front End Transport service.',
  ],
  [
    'Remove-AcceptedDomain contoso.com -Confirm:$false',
    "The default accepted domain can't be removed",
  ],
  ['Set-TransportService MBX07 -MaxOutboundConnections 5', "The server 'MBX07' couldn't be found"],
  [
    'Set-TransportService -MaxOutboundConnections 5',
    'MaxPerDomainOutboundConnections is 40 and must not be above MaxOutboundConnections (5).',
  ],
  [
    'Set-SendConnector Out -AddressSpaces "SMTP:*;1000"',
    'is not valid for the type AddressSpace. It must be an address space such as contoso.com, *.contoso.com, * or --, with a cost from 1 to 100',
  ],
  [
    'Set-SendConnector Out -AddressSpaces "X400:c=US;a=;p=Contoso;1"',
    'must be of the type SMTP; a Foreign or a Delivery Agent connector takes mail for X400,',
  ],
  [
    'New-SendConnector Fax -AddressSpaces "FAX:*;1"',
    'must be of the type SMTP; a Foreign or a Delivery Agent connector takes mail for FAX,',
  ],
  [
    'Set-SendConnector Out -DNSRoutingEnabled $false -SmartHosts "--"',
    'The smart host -- means the servers of a subscribed Active Directory site',
  ],
  [
    "Set-TransportService -ReceiveProtocolLogPath 'D:\\Logs'",
    'ReceiveProtocolLogPath must be a folder of this machine',
  ],
  ['Remove-SendConnector Out', 'The command asks before it changes something'],
]

test.each([
  'Set-SendConnector Out -CloudServicesMailEnabled $false -LinkedReceiveConnector $null -Comment x',
  'Set-SendConnector Out -DomainController "" -IsCoexistenceConnector:$false -Comment x',
  'Set-TransportService -AntispamAgentsEnabled $false -ExternalIPAddress $null -MaxOutboundConnections 900',
  'Set-TransportConfig -ShadowRedundancyEnabled $false -JournalingReportNdrTo "" -MaxSendSize 20MB',
])('%s: what is refused may be given to ask for nothing', async (line) => {
  const settings = await SettingsShell.on(start)
  expect(await settings.run(line)).toBe('')
  expect(await settings.text()).not.toBe(start)
  expect(await settings.text()).not.toMatch(/Linked|Controller|Antispam|Shadow|Journaling/)
})

test('what Exchange says by itself is taken; what it would do is told to have no effect', async () => {
  const settings = await SettingsShell.on(start)
  const usual = '-SafetyNetHoldTime 2.00:00:00 -MaxDumpsterSizePerDatabase 18MB'
  const told = await settings.run(`Set-TransportConfig ${usual} -ShadowRedundancyEnabled $true`)
  expect(told).toMatch(/^WARNING: -ShadowRedundancyEnabled has no effect: mail is on disk/)
  expect(told.match(/WARNING/g)).toHaveLength(1)
  expect(await settings.text()).not.toMatch(/SafetyNet|Dumpster|Shadow/)
})

test.each(refusals)('refuses %s, and leaves the file as it is', async (line, why) => {
  const settings = await SettingsShell.on(start)
  expect(await settings.errorOf(line)).toContain(why)
  expect(await settings.text()).toBe(start)
  expect(settings.reloads).toEqual([])
})

test('writes the default connectors out before it changes one of them', async () => {
  const settings = await SettingsShell.on('Server: { Name: MBX01, Role: Mailbox }\n')
  const before = await settings.run('Get-ReceiveConnector | Format-List')
  await settings.run('Set-ReceiveConnector "Client Frontend MBX01" -MaxMessageSize 10MB')
  const after = await settings.run('Get-ReceiveConnector | Format-List')
  const lines = (text: string) => text.split('\n')
  const changed = lines(after).filter((line, at) => line !== lines(before)[at])
  expect(changed).toEqual([expect.stringMatching(/^MaxMessageSize +: 10 MB \(10,485,760 bytes\)$/)])
})

test('records each change and each refusal with who, what and why', async () => {
  const settings = await SettingsShell.on(start)
  await settings.run('Set-SendConnector Out -MaxMessageSize 50MB')
  await settings.run('Set-SendConnector Out -MaxMessageSize 60MB -WhatIf')
  await settings.run('Set-SendConnector Nope -Port 2525')
  const records = (await settings.audit()).map((line) => line.split(',').slice(2).join(','))
  expect(records).toEqual([
    'Set-SendConnector,-Identity Out -MaxMessageSize 50MB,Out,True,',
    "Set-SendConnector,-Identity Nope -Port 2525,Nope,False,The operation couldn't be performed because object 'Nope' couldn't be found on 'EDGE01'.",
  ])
})

test('warns of what the services say of a change', async () => {
  const settings = await SettingsShell.on(start)
  settings.warnings = ['Cannot listen on 192.0.2.1:25']
  expect(await settings.run('Set-ReceiveConnector In -Comment x')).toContain(
    'WARNING: Cannot listen on 192.0.2.1:25',
  )
})

test.each([
  'New-SendConnector Third -AddressSpaces a.example -Internet -Verbose -Force',
  'New-ReceiveConnector Third -Bindings 192.0.2.2:25 -Internet -Verbose',
])('other switches are no usages: %s', async (line) => {
  const settings = await SettingsShell.on(start)
  expect(await settings.run(line)).not.toMatch(/^\S+ : /m)
  expect(await settings.text()).toContain('  - Name: Third\n    Usage: Internet\n')
})

test.each([
  ['New-SendConnector Elsewhere -AddressSpaces a.example -SourceTransportServers EDGE07', true],
  ['Set-SendConnector Out -SourceTransportServers EDGE07', true],
  ['Set-SendConnector Out -Comment x', false],
  ['Set-TransportConfig -MaxReceiveSize 20MB', false],
])('-Force tells no warnings, unless -WarningAction is given: %s', async (line, warnsItself) => {
  for (const [force, warns] of [
    ['', true],
    ['-Force', false],
    ['-Force -WarningAction Continue', true],
  ] as const) {
    const settings = await SettingsShell.on(start)
    if (!warnsItself) settings.warnings = ['Takes effect at the next start.']
    expect((await settings.run(`${line} ${force}`)).includes('WARNING: ')).toBe(warns)
    expect(settings.reloads).toHaveLength(1)
  }
})

test('tells what is wrong with a file before it is changed at all', async () => {
  const settings = await SettingsShell.on(start.replace('AnonymousUsers', 'AnonymousUser'))
  expect(await settings.errorOf('Set-SendConnector Out -Port 26')).toMatch(
    /server\.yaml must be mended first:\n.*server\.yaml:15:23 .*not "AnonymousUser"/,
  )
})

test('tells of a file that is not there', async () => {
  const settings = await SettingsShell.on(start)
  await rm(settings.file)
  expect(await settings.errorOf('Get-SendConnector')).toBe(
    `${settings.file}: there is no such file; name another with --config or EDGE_CONFIG.`,
  )
})

test('shows the folders of the logs, also where none was set', async () => {
  const settings = await SettingsShell.on('Server: { Name: MBX01, Role: Mailbox }\n')
  await settings.run(
    'Set-TransportService -SendProtocolLogPath $null -MessageTrackingLogPath track',
  )
  const logs = join(settings.folder, 'data', 'logs')
  const paths = async (of: string) =>
    (await settings.run(`(${of}).ReceiveProtocolLogPath; (${of}).SendProtocolLogPath`)).trim()
  expect(await paths('Get-TransportService')).toBe(`${logs}/Hub/ProtocolLog/SmtpReceive`)
  expect(await settings.run('(Get-TransportService).MessageTrackingLogPath')).toBe(
    `${join(settings.folder, 'data', 'track')}\n`,
  )
  expect(await settings.run('(Get-FrontendTransportService).ConnectivityLogPath')).toBe(
    `${logs}/FrontEnd/Connectivity\n`,
  )
  expect(await paths('Get-FrontendTransportService')).toBe(
    `${logs}/FrontEnd/ProtocolLog/SmtpReceive\n${logs}/FrontEnd/ProtocolLog/SmtpSend`,
  )
})

describe('users', () => {
  const password = "(ConvertTo-SecureString 'secret word' -AsPlainText -Force)"

  test('are made with the hash of their password, changed and removed', async () => {
    const settings = await SettingsShell.on(start)
    const made = await settings.run(
      `New-LocalUser 'EDGE01\\mbx' -Password ${password} -Groups ExchangeServers`,
    )
    expect(made).toMatch(/EDGE01\\mbx +ExchangeServers/)
    expect(await settings.text()).toMatch(/UserName: EDGE01\\mbx\n {4}PasswordHash: \$scrypt\$/)
    await settings.run("Set-LocalUser 'EDGE01\\mbx' -Groups ExchangeUsers,Partners -NewName joe")
    expect(await settings.text()).toContain('Groups: [ExchangeUsers, Partners]')
    const everywhere = [await settings.text(), ...(await settings.audit())].join()
    expect(everywhere).not.toContain('secret word')
    await settings.run('Get-LocalUser | Remove-LocalUser -Confirm:$false')
    expect(await settings.text()).toBe(`${start}\nUsers: []\n`)
  })
})

describe('certificates', () => {
  test('are made, imported, shown and removed with their files', async () => {
    const settings = await SettingsShell.on(start)
    const made = await settings.run('New-ExchangeCertificate -DomainName mail.contoso.com')
    expect(made).toMatch(/[0-9A-F]{40} +SMTP +CN=mail\.contoso\.com/)
    expect(await settings.run('Get-ExchangeCertificate | Format-List')).toMatch(
      /CertificateDomains +: \{mail\.contoso\.com\}/,
    )
    expect(await readdir(join(settings.folder, 'certs'))).toHaveLength(2)
    await settings.run('Get-ExchangeCertificate | Remove-ExchangeCertificate -Confirm:$false')
    expect(await readdir(join(settings.folder, 'certs'))).toEqual([])
    expect(await settings.text()).toBe(`${start}\nCertificates: []\n`)
  })

  test('are found by the thumbprint, also behind the name of the server', async () => {
    const settings = await SettingsShell.on(start)
    await settings.run('$c = New-ExchangeCertificate -SubjectName "CN = mail.contoso.com"')
    const subject = await settings.run(
      '(Get-ExchangeCertificate -Identity "EDGE01\\$($c.Thumbprint)").Subject',
    )
    expect(subject).toBe('CN=mail.contoso.com\n')
    expect(await settings.errorOf('Get-ExchangeCertificate "EDGE07\\$($c.Thumbprint)"')).toContain(
      "The server 'EDGE07' couldn't be found",
    )
  })

  test('have one name as their subject', async () => {
    const settings = await SettingsShell.on(start)
    expect(
      await settings.errorOf('New-ExchangeCertificate -SubjectName "C=US, CN=mail.contoso.com"'),
    ).toContain('it is a single name here, such as CN=mail.contoso.com')
    expect(await settings.text()).toBe(start)
  })

  test('are imported from a PEM file with certificate and key', async () => {
    const settings = await SettingsShell.on(start)
    const { cert, key } = await testCertificate(['mx.contoso.com'])
    await writeFile(join(settings.folder, 'mx.pem'), cert + key)
    const file = join(settings.folder, 'mx.pem')
    const made = await settings.run(
      `Import-ExchangeCertificate -FileData ([System.IO.File]::ReadAllBytes('${file}'))`,
    )
    expect(made).toMatch(/[0-9A-F]{40} +SMTP/)
    const names = await readdir(join(settings.folder, 'certs'))
    const modes = names.map(async (name) => (await stat(join(settings.folder, 'certs', name))).mode)
    expect((await Promise.all(modes)).map((mode) => mode & 0o777)).toEqual([0o600, 0o600])
    expect(await settings.errorOf(`Import-ExchangeCertificate -FileName '${file}'`)).toContain(
      'already exists',
    )
  })

  test.each([
    ['Import-ExchangeCertificate', 'missing mandatory parameters: FileData'],
    ["Import-ExchangeCertificate -FileName '/nowhere'", 'The file cannot be read: ENOENT'],
    ['Import-ExchangeCertificate -FileData 48,130,1', 'The file is not in PEM form. A PFX file'],
    ['Enable-ExchangeCertificate 00 -Services IIS', 'SMTP is the only service of this relay'],
    ['Enable-ExchangeCertificate 00 -Services SMTP', "object '00' couldn't be found"],
  ])('%s is refused', async (line, why) => {
    const settings = await SettingsShell.on(start)
    expect(await settings.errorOf(line)).toContain(why)
  })
})

test('the Transport service is shown in the order of Exchange, what is our own at the end', async () => {
  const settings = await SettingsShell.on(start)
  const shown = await settings.run('Get-TransportService | Format-List')
  const log = (name: string) =>
    ['MaxAge', 'MaxDirectorySize', 'MaxFileSize', 'Path'].map((what) => `${name}Log${what}`)
  expect([...shown.matchAll(/^(\w+) +:/gm)].map(([, name]) => name)).toEqual([
    ...['Name', 'AgentLogEnabled', ...log('Agent')],
    ...['ConnectivityLogEnabled', ...log('Connectivity'), 'DelayNotificationTimeout'],
    ...['ExternalDNSServers', 'InternalDNSServers', 'MaxConnectionRatePerMinute'],
    ...['MaxOutboundConnections', 'MaxPerDomainOutboundConnections', 'MessageExpirationTimeout'],
    ...['MessageRetryInterval', 'MessageTrackingLogEnabled', ...log('MessageTracking')],
    ...['MessageTrackingLogSubjectLoggingEnabled', 'OutboundConnectionFailureRetryInterval'],
    ...['PickupDirectoryMaxHeaderSize', 'PickupDirectoryMaxMessagesPerMinute'],
    ...['PickupDirectoryMaxRecipientsPerMessage', 'PickupDirectoryPath'],
    ...['PoisonMessageDetectionEnabled', 'PoisonThreshold', 'QueueMaxIdleTime'],
    ...[...log('ReceiveProtocol'), 'ReplayDirectoryPath', 'RootDropDirectoryPath'],
    ...log('SendProtocol'),
    ...['TransientFailureRetryCount', 'TransientFailureRetryInterval'],
    ...['MaxIdleTimeBeforeResubmit', 'QueueGlitchRetryCount'],
    ...['QueueGlitchRetryInterval', 'ResolverRetryInterval', 'PriorityQueuingEnabled'],
    'MaxHighPriorityMessageSize',
    ...['High', 'Normal', 'Low'].map((each) => `MaxPerDomain${each}PriorityConnections`),
    ...['High', 'Normal', 'Low'].map((each) => `${each}PriorityDelayNotificationTimeout`),
    ...['High', 'Normal', 'Low'].map((each) => `${each}PriorityMessageExpirationTimeout`),
    ...['Workers', 'Identity', 'IsValid'],
  ])
  expect(shown).toMatch(/^ConnectivityLogEnabled +: True$/m)
  expect(shown).toMatch(/^ConnectivityLogMaxAge +: 30\.00:00:00$/m)
  expect(shown).toMatch(/^ConnectivityLogMaxDirectorySize +: 1000 MB \(1,048,576,000 bytes\)$/m)
  expect(shown).toMatch(/^ConnectivityLogMaxFileSize +: 10 MB \(10,485,760 bytes\)$/m)
})

test('remote domains are made, changed and removed; the one for all domains is always there', async () => {
  const settings = await SettingsShell.on('Server: { Name: EDGE01, Role: Edge }\n')
  const list = 'Get-RemoteDomain | % { "$($_.Name) $($_.DomainName) $($_.NDREnabled)" }'
  expect(await settings.run(list)).toBe('Default * True\n')
  await settings.run('New-RemoteDomain Fabrikam -DomainName *.fabrikam.example | Out-Null')
  await settings.run('Set-RemoteDomain Fabrikam -NDREnabled $false -DeliveryReportEnabled $false')
  await settings.run('Set-RemoteDomain Default -NDRDiagnosticInfoEnabled $false')
  expect(await settings.run(list)).toBe('Default * True\nFabrikam *.fabrikam.example False\n')
  expect(await settings.text()).toBe(
    "Server: { Name: EDGE01, Role: Edge }\n\nRemoteDomains:\n  - Name: Default\n    DomainName: '*'\n    NDRDiagnosticInfoEnabled: false\n  - Name: Fabrikam\n    DomainName: '*.fabrikam.example'\n    NDREnabled: false\n    DeliveryReportEnabled: false\n",
  )
  expect(await settings.errorOf('Remove-RemoteDomain Default -Confirm:$false')).toContain(
    "The remote domain for all domains can't be removed.",
  )
  expect(await settings.errorOf('New-RemoteDomain X -DomainName y..z')).toContain(
    'must be a domain such as contoso.com, *.contoso.com or *',
  )
  expect(await settings.errorOf('Set-RemoteDomain Fabrikam -TargetDeliveryDomain $true')).toContain(
    'there is no hybrid mail flow',
  )
  expect(
    await settings.errorOf('Set-RemoteDomain Fabrikam -AllowedOOFType InternalLegacy'),
  ).toContain('must be External or None')
  await settings.run('Set-RemoteDomain Fabrikam -ContentType MimeHtmlText -LineWrapSize unlimited')
  await settings.run('Remove-RemoteDomain Fabrikam -Confirm:$false')
  expect(await settings.run(list)).toBe('Default * True\n')
})

test('address rewrite entries are imported in bulk, shown, changed and removed', async () => {
  const settings = await SettingsShell.on(
    'Server: { Name: EDGE01, Role: Edge }\nAcceptedDomains: [{ DomainName: contoso.example }]\n',
  )
  const csv = join(settings.folder, 'list.csv')
  await writeFile(
    csv,
    'Name,InternalAddress,ExternalAddress,ExceptionList,OutboundOnly\n' +
      'one,joe@contoso.example,support@contoso.example,,False\n' +
      'all,*.contoso.example,contoso.example,legal.contoso.example,True\n',
  )
  await settings.run(
    `Import-Csv '${csv}' | ForEach {New-AddressRewriteEntry -Name $_.Name -InternalAddress $_.InternalAddress -ExternalAddress $_.ExternalAddress -OutboundOnly ([Bool]::Parse($_.OutboundOnly))} | Out-Null`,
  )
  await settings.run('Set-AddressRewriteEntry all -ExceptionList legal.contoso.example')
  const list =
    'Get-AddressRewriteEntry | % { "$($_.Name) $($_.InternalAddress) $($_.ExternalAddress) $($_.ExceptionList) $($_.OutboundOnly)" }'
  expect(await settings.run(list)).toBe(
    'one joe@contoso.example support@contoso.example  False\n' +
      'all *.contoso.example contoso.example legal.contoso.example True\n',
  )
  await settings.run('Set-AddressRewriteEntry one -InternalAddress ann@contoso.example -Name two')
  expect(await settings.run('(Get-AddressRewriteEntry two).InternalAddress')).toBe(
    'ann@contoso.example\n',
  )
  expect(await settings.errorOf('Set-AddressRewriteEntry all -OutboundOnly $false')).toContain(
    'must be true for *.contoso.example',
  )
  await settings.run('Remove-AddressRewriteEntry two -Confirm:$false')
  expect(await settings.run('Get-AddressRewriteEntry | % Name')).toBe('all\n')
})
