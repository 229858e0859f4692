import { expect, test } from 'vitest'
import { SettingsShell } from '../../../../support/settings-shell.ts'

const start = `\
Server: { Name: EDGE01, Fqdn: mail.contoso.com, Role: Edge }
AcceptedDomains:
  - DomainName: contoso.com
  - DomainName: '*.fabrikam.com'
  - DomainName: bücher.example
    MatchSubDomains: true
`

const accepted = [
  ...['contoso.com', 'fabrikam.com', '*.fabrikam.com'],
  ...['xn--bcher-kva.example', '*.xn--bcher-kva.example'],
]

test.each([
  ['', ['mail.contoso.com']],
  ['-DomainName mx.contoso.com', ['mx.contoso.com']],
  ['-DomainName mx.contoso.com -IncludeServerFQDN', ['mx.contoso.com', 'mail.contoso.com']],
  ['-IncludeServerFQDN -IncludeServerNetBIOSName', ['mail.contoso.com', 'edge01']],
  ['-DomainName mx.contoso.com -IncludeServerNetBIOSName', ['mx.contoso.com', 'edge01']],
  ['-IncludeAcceptedDomains', ['mail.contoso.com', ...accepted]],
  ['-DomainName contoso.com -IncludeAcceptedDomains', accepted],
  ['-IncludeAcceptedDomains:$false', ['mail.contoso.com']],
])('New-ExchangeCertificate %s', async (given, names) => {
  const settings = await SettingsShell.on(start)
  const made = await settings.run(`(New-ExchangeCertificate ${given}).CertificateDomains`)
  expect(made.trim().split('\n')).toEqual(names)
})
