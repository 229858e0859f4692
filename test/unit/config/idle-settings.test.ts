import { describe, expect, test } from 'vitest'
import { defaultValues } from '../../../src/config/idle-settings.ts'
import { checkConfigText } from '../../../src/config/load-config.ts'
import { formatProblem } from '../../../src/config/located-problem.ts'
import { unavailableNames, unavailableReason } from '../../../src/config/unavailable-settings.ts'
import { SettingsShell } from '../../support/settings-shell.ts'

const options = { hostName: 'edge01.contoso.com', addresses: [] }

async function check(text: string) {
  const result = await checkConfigText(text, 'server.yaml', options)
  return 'problems' in result
    ? { problems: result.problems.map(formatProblem), warnings: [] }
    : { problems: [], warnings: result.warnings.map(formatProblem) }
}

/** A file with one more setting in a section. */
const withSetting: Readonly<Record<string, (line: string) => string>> = {
  ReceiveConnectors: (line) => `
Server: { Name: EDGE01, Role: Edge }
ReceiveConnectors:
  - Name: From Internet
    Bindings: 192.0.2.1:25
    RemoteIPRanges: 0.0.0.0/0
    ${line}
`,
  SendConnectors: (line) => `SendConnectors:\n  - Name: To\n    AddressSpaces: '*'\n    ${line}\n`,
  AcceptedDomains: (line) => `AcceptedDomains:\n  - DomainName: contoso.com\n    ${line}\n`,
  TransportService: (line) => `TransportService:\n  ${line}\n`,
  FrontendTransportService: (line) => `FrontendTransportService:\n  ${line}\n`,
  TransportConfig: (line) => `TransportConfig:\n  ${line}\n`,
}

const cases = Object.entries(withSetting).flatMap(([section, file]) =>
  unavailableNames(section).map((name) => ({ section, name, file })),
)

describe('a setting that the relay does not have', () => {
  test.each(cases)('$section.$name', async ({ section, name, file }) => {
    for (const idle of ['', '$null', '[]', '{}', 'False', ...defaultValues(section, name)]) {
      const quoted = /[{}[\]%\\<>]/.test(idle) && idle.length > 2 ? `'${idle}'` : idle
      expect((await check(file(`${name}: ${quoted}`))).problems).toEqual([])
    }
    const { problems } = await check(file(`${name}: chosen`))
    expect(problems).toEqual([expect.stringContaining(unavailableReason(section, name))])
    expect(problems[0]).toContain(name)
  })

  test('that is on in Exchange by itself is told to have no effect', async () => {
    const { warnings } = await check(`TransportConfig:\n  ShadowRedundancyEnabled: True\n`)
    expect(warnings).toContain(
      'server.yaml:2:28 TransportConfig.ShadowRedundancyEnabled: is on by default in Exchange and has no effect here (mail is on disk before it is accepted, so there is no shadow redundancy)',
    )
  })
})

test('a Receive connector as Exchange lists it loads', async () => {
  const listed = `
AuthMechanism                             : Tls, ExchangeServer
Banner                                    :
BinaryMimeEnabled                         : True
Bindings                                  : {0.0.0.0:25}
ChunkingEnabled                           : True
DefaultDomain                             :
DeliveryStatusNotificationEnabled         : True
EightBitMimeEnabled                       : True
SmtpUtf8Enabled                           : False
BareLinefeedRejectionEnabled              : False
DomainSecureEnabled                       : True
EnhancedStatusCodesEnabled                : True
LongAddressesEnabled                      : False
OrarEnabled                               : False
SuppressXAnonymousTls                     : False
AdvertiseClientSettings                   : False
Fqdn                                      : edge01.contoso.com
ServiceDiscoveryFqdn                      :
TlsCertificateName                        :
Comment                                   :
Enabled                                   : True
ConnectionTimeout                         : 00:05:00
ConnectionInactivityTimeout               : 00:01:00
MessageRateLimit                          : 600
MessageRateSource                         : IPAddress
MaxInboundConnection                      : 5000
MaxInboundConnectionPerSource             : 20
MaxInboundConnectionPercentagePerSource   : 2
MaxHeaderSize                             : 256 KB (262,144 bytes)
MaxHopCount                               : 60
MaxLocalHopCount                          : 8
MaxLogonFailures                          : 3
MaxMessageSize                            : 36 MB (37,748,736 bytes)
MaxProtocolErrors                         : 5
MaxRecipientsPerMessage                   : 200
PermissionGroups                          : AnonymousUsers, ExchangeServers, Partners
PipeliningEnabled                         : True
ProtocolLoggingLevel                      : None
RemoteIPRanges                            : {0.0.0.0-255.255.255.255}
RequireEHLODomain                         : False
RequireTLS                                : False
EnableAuthGSSAPI                          : False
ExtendedProtectionPolicy                  : None
LiveCredentialEnabled                     : False
TlsDomainCapabilities                     : {}
Server                                    : EDGE01
TransportRole                             : HubTransport
RejectReservedTopLevelRecipientDomains    : False
RejectReservedSecondLevelRecipientDomains : False
RejectSingleLabelRecipientDomains         : False
SizeEnabled                               : Enabled
TarpitInterval                            : 00:00:05
AuthTarpitInterval                        : 00:00:05
MaxAcknowledgementDelay                   : 00:00:30
AdminDisplayName                          :
ExchangeVersion                           : 0.1 (8.0.535.0)
Name                                      : Default internal receive connector EDGE01
DistinguishedName                         : CN=Default internal receive connector EDGE01,CN=SMTP Receive Connectors
Identity                                  : EDGE01\\Default internal receive connector EDGE01
Guid                                      : 0c1d4e51-6f5a-4b3c-9d6b-0d2a6f0f4a11
ObjectCategory                            : CN=ms-Exch-Smtp-Receive-Connector,CN=Schema
ObjectClass                               : {top, msExchSmtpReceiveConnector}
WhenChanged                               : 11/21/2026 7:01:52 AM
WhenCreated                               : 11/21/2026 7:01:52 AM
WhenChangedUTC                            : 11/21/2026 6:01:52 AM
WhenCreatedUTC                            : 11/21/2026 6:01:52 AM
Id                                        : EDGE01\\Default internal receive connector EDGE01
OriginatingServer                         : localhost
IsValid                                   : True
ObjectState                               : Unchanged
`
  const entry = listed.trim().split('\n').join('\n    ')
  const { problems } = await check(
    `Server: { Name: EDGE01, Fqdn: edge01.contoso.com, Role: Edge }\nReceiveConnectors:\n  - ${entry}\n`,
  )
  expect(problems).toEqual([])
  const other = entry.replace(/^( *Server +): EDGE01$/m, '$1: EDGE02')
  expect(
    (await check(`Server: { Name: EDGE01 }\nReceiveConnectors:\n  - ${other}\n`)).problems,
  ).toContainEqual(expect.stringContaining('the file is that of one server'))
})

test('Integrated beside other mechanisms is left out and told, in the file and in cmdlets', async () => {
  const told =
    'Integrated is on by default in Exchange and has no effect here (there is no Active Directory to log in to)'
  const connector =
    "Name: In, Bindings: '10.1.1.2:25', RemoteIPRanges: 10.1.1.9, PermissionGroups: AnonymousUsers"
  const file = (mechanisms: string) =>
    `Server: { Name: EDGE01, Fqdn: edge01.contoso.com, Role: Edge }\nReceiveConnectors: [{ ${connector}, AuthMechanism: ${mechanisms} }]\n`
  const { problems, warnings } = await check(file('[Tls, Integrated, BasicAuth]'))
  expect(problems).toEqual([])
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /ReceiveConnectors\[0\]\.AuthMechanism "In": Integrated is on by default/,
    ),
  )
  const settings = await SettingsShell.on(file('[Tls]'))
  const set = "Set-ReceiveConnector In -AuthMechanism 'Tls,Integrated,BasicAuth'"
  expect(await settings.run(set)).toBe(`WARNING: -AuthMechanism: ${told}.\n`)
  expect(await settings.run('(Get-ReceiveConnector In).AuthMechanism')).toBe('Tls, BasicAuth\n')
  expect(await settings.errorOf('Set-ReceiveConnector In -AuthMechanism Integrated')).toContain(
    'Unable to match the identifier name Integrated',
  )
})

test('cmdlets take and refuse the same values', async () => {
  const settings = await SettingsShell.on('Server: { Name: EDGE01, Role: Edge }\n')
  const line = (hold: string) =>
    `Set-TransportConfig -SafetyNetHoldTime ${hold} -ShadowRedundancyEnabled $true -MaxSendSize 20MB`
  expect(await settings.run(line('2.00:00:00'))).toMatch(
    /^WARNING: -ShadowRedundancyEnabled has no effect: [^\n]*\n$/,
  )
  expect(await settings.errorOf(line('3.00:00:00'))).toContain(
    'no copies of delivered messages are kept',
  )
})
