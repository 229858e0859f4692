import { expect, test } from 'vitest'
import { certificateGaps, formatGap } from '../../../src/config/certificate-gaps.ts'
import { checkConfigText } from '../../../src/config/load-config.ts'
import { formatProblem } from '../../../src/config/located-problem.ts'
import { chooseCertificate } from '../../../src/tls/certificate-choice.ts'
import { selfSignedFacts } from '../../../src/tls/own-certificate.ts'

const now = Date.parse('2026-11-30T12:00:00Z')

const mail = {
  name: '<I>CN=Example CA<S>CN=mail.contoso.com',
  domains: ['mail.contoso.com', '*.apps.contoso.com'],
  notBefore: new Date(now - 1),
  notAfter: new Date(now + 1),
}
const other = '<I>CN=Example CA<S>CN=other.contoso.com'

const selfSigned = selfSignedFacts('edge01.contoso.com', now)
const supply = { configured: [mail], selfSigned }

const text = (receive: string, send = '') => `
Server: { Name: EDGE01, Fqdn: edge01.contoso.com, Role: Edge }
ReceiveConnectors:
  - { Name: From Internet, Bindings: '192.0.2.1:25', RemoteIPRanges: 0.0.0.0/0, PermissionGroups: AnonymousUsers, ${receive} }
SendConnectors:
  - { Name: To Internet, AddressSpaces: '*', ${send} }
`

async function gaps(...settings: Parameters<typeof text>) {
  const result = await checkConfigText(text(...settings), 'server.yaml', { hostName: 'edge01' })
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return certificateGaps(result.config, (fqdn, name) =>
    chooseCertificate(supply, { fqdn, name }, now),
  ).map(formatGap)
}

const inFrom = (message: string): unknown => [
  expect.stringContaining(`Receive connector "From Internet": ${message}`),
]

test.each<[string, string, unknown]>([
  ['no certificate asked for', '', []],
  ['a name that there is', `TlsCertificateName: '${mail.name}'`, []],
  ['the name of the self-signed one', `TlsCertificateName: '${selfSigned.name}'`, []],
  ['an Fqdn of a certificate', 'Fqdn: mail.contoso.com', []],
  ['an Fqdn of a wildcard', 'Fqdn: a.apps.contoso.com', []],
  [
    'a name that there is not',
    `TlsCertificateName: '${other}'`,
    inFrom(`no certificate of this server is ${other}, so STARTTLS is not offered`),
  ],
  [
    'the same with RequireTLS',
    `TlsCertificateName: '${other}', RequireTLS: true`,
    inFrom(
      `no certificate of this server is ${other}, so STARTTLS is not offered and no mail is taken`,
    ),
  ],
  [
    'the same with TLS on connect',
    `TlsCertificateName: '${other}', TlsMode: Implicit`,
    inFrom(`no certificate of this server is ${other}, so every connection is dropped`),
  ],
  ['the same without TLS', `TlsCertificateName: '${other}', AuthMechanism: None`, []],
  ['the same on a disabled connector', `TlsCertificateName: '${other}', Enabled: false`, []],
  [
    'an Fqdn of no certificate',
    'Fqdn: smtp.contoso.com',
    inFrom(
      'no certificate of this server has the name smtp.contoso.com, so TLS shows the one of edge01.contoso.com',
    ),
  ],
])('a Receive connector with %s', async (_, settings, expected) => {
  expect(await gaps(settings)).toEqual(expected)
})

test.each<[string, string, unknown]>([
  ['a name that there is', `TlsCertificateName: '${mail.name}'`, []],
  [
    'a name that there is not',
    `TlsCertificateName: '${other}'`,
    [
      expect.stringContaining(
        `Send connector "To Internet": no certificate of this server is ${other}, so mail for next hops with STARTTLS waits (454 4.7.5)`,
      ),
    ],
  ],
  ['the same without STARTTLS', `TlsCertificateName: '${other}', IgnoreSTARTTLS: true`, []],
  ['an Fqdn of no certificate, which it does not show', 'Fqdn: smtp.contoso.com', []],
])('a Send connector with %s', async (_, settings, expected) => {
  expect(await gaps('', settings)).toEqual(expected)
})

test('a check of the file warns at the place of the name', async () => {
  const given = text(`TlsCertificateName: '${other}'`, `TlsCertificateName: '${other}'`)
  const result = await checkConfigText(given, 'server.yaml', { hostName: 'edge01' })
  const told = 'warnings' in result ? result.warnings.map(formatProblem) : []
  expect(told).toEqual([
    expect.stringContaining('no accepted domain'),
    expect.stringMatching(
      /^server\.yaml:4:\d+ ReceiveConnectors\[0\]\.TlsCertificateName "From Internet": no certificate/,
    ),
    expect.stringMatching(
      /^server\.yaml:6:\d+ SendConnectors\[0\]\.TlsCertificateName "To Internet": no certificate/,
    ),
  ])
})
