import { expect, test } from 'vitest'
import { parseScript } from '../../../../src/admin/grammar/parse.ts'
import { shapeOf } from '../../../support/syntax-shape.ts'

/** The command lines of Exchange's article on an Edge server without EdgeSync, as they are printed. */
const lines: readonly (readonly [line: string, shape: string])[] = [
  [
    'New-SendConnector -Name "To Internet" -AddressSpaces * -Usage Internet -DNSRoutingEnabled $true',
    "New-SendConnector -Name 'To Internet' -AddressSpaces * -Usage Internet -DNSRoutingEnabled $true",
  ],
  [
    'New-SendConnector -Name "To Internal Org" -Usage Internal -AddressSpaces "--" -DNSRoutingEnabled $false -SmartHosts mbxserver01.contoso.com,mbxserver02.contoso.com -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)',
    "New-SendConnector -Name 'To Internal Org' -Usage Internal -AddressSpaces '--' -DNSRoutingEnabled $false -SmartHosts [mbxserver01.contoso.com, mbxserver02.contoso.com] -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)",
  ],
  [
    'Set-ReceiveConnector -Identity "Default internal Receive connector ServerName>" -Name "From Internet" -Bindings 10.1.1.1:25',
    "Set-ReceiveConnector -Identity 'Default internal Receive connector ServerName>' -Name 'From Internet' -Bindings 10.1.1.1:25",
  ],
  [
    'New-ReceiveConnector -Name "From Internal Org" -Usage Internal -AuthMechanism TLS,BasicAuth,BasicAuthRequireTLS,ExchangeServer -Bindings 10.1.1.2:25 -RemoteIPRanges 192.168.5.10,192.168.5.20',
    "New-ReceiveConnector -Name 'From Internal Org' -Usage Internal -AuthMechanism [TLS, BasicAuth, BasicAuthRequireTLS, ExchangeServer] -Bindings 10.1.1.2:25 -RemoteIPRanges [192.168.5.10, 192.168.5.20]",
  ],
  [
    'Get-SendConnector | Format-List Name,Usage,AddressSpaces,SourceTransportServers,DSNRoutingEnabled,SmartHosts,SmartHostAuthMechanism; Get-ReceiveConnector | Format-List Name,Usage,AuthMechanism,Bindings,RemoteIPRanges',
    'Get-SendConnector | Format-List [Name, Usage, AddressSpaces, SourceTransportServers, DSNRoutingEnabled, SmartHosts, SmartHostAuthMechanism] ; Get-ReceiveConnector | Format-List [Name, Usage, AuthMechanism, Bindings, RemoteIPRanges]',
  ],
  [
    'New-SendConnector -Name "To Edge" -Usage Internal -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts edge01.contoso.com -SourceTransportServers mbxserver01.contoso.com,mbxserver02.contoso.com -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)',
    "New-SendConnector -Name 'To Edge' -Usage Internal -AddressSpaces * -DNSRoutingEnabled $false -SmartHosts edge01.contoso.com -SourceTransportServers [mbxserver01.contoso.com, mbxserver02.contoso.com] -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)",
  ],
  [
    'Get-SendConnector -Identity "To Edge" | Format-List Usage,AddressSpaces,DSNRoutingEnabled,SmartHosts,SourceTransportServers,SmartHostAuthMechanism',
    "Get-SendConnector -Identity 'To Edge' | Format-List [Usage, AddressSpaces, DSNRoutingEnabled, SmartHosts, SourceTransportServers, SmartHostAuthMechanism]",
  ],
]

test.each(lines)('%s', (line, shape) => {
  const parsed = parseScript(line)
  expect(parsed.kind === 'parsed' ? shapeOf(parsed.tree) : parsed.problem).toBe(shape)
})

test('all of them parse as one script', () => {
  const parsed = parseScript(lines.map(([line]) => line).join('\n'))
  expect(parsed.kind === 'parsed' ? parsed.tree.statements.length : parsed.problem).toBe(8)
})
