import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatBinding } from '../../../src/receive/connectors/binding.ts'
import { checkConfigText, loadConfig } from '../../../src/config/load-config.ts'
import { formatProblem } from '../../../src/config/located-problem.ts'
import type { ServerConfig } from '../../../src/config/server-config.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { testCertificate } from '../../support/test-certificate.ts'

const options = { hostName: 'edge01.example.com' }

async function load(text: string): Promise<ServerConfig> {
  const result = await checkConfigText(text, 'server.yaml', options)
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return result.config
}

async function warnings(text: string, file = 'server.yaml'): Promise<string[]> {
  const result = await checkConfigText(text, file, options)
  return ('problems' in result ? result.problems : result.warnings).map(formatProblem)
}

const routable = `
AcceptedDomains: [{ DomainName: example.com }]
SendConnectors: [{ Name: To Internet, AddressSpaces: ['*'] }]
`

test('a server without a Role is a Mailbox server with its default connectors', async () => {
  const config = await load('Server: {}')
  expect(config.Server).toEqual({ Name: 'EDGE01', Fqdn: 'edge01.example.com', Role: 'Mailbox' })
  expect(config.ReceiveConnectors.map(({ Name }) => Name)).toContain('Default Frontend EDGE01')
  expect(config.ReceiveConnectors).toHaveLength(5)
  expect(config.TransportService.TransientFailureRetryInterval).toBe(300_000)
})

test('the Edge role has its own connector and its own intervals', async () => {
  const config = await load('Server: { Role: Edge }')
  expect(config.ReceiveConnectors.map(({ Name }) => Name)).toEqual([
    'Default internal receive connector EDGE01',
  ])
  expect(config.ReceiveConnectors[0]).toMatchObject({
    ConnectionTimeout: 300_000,
    MessageRateLimit: 600,
  })
  expect(config.TransportService.OutboundConnectionFailureRetryInterval).toBe(1_800_000)
})

test.each([
  ['Internet', 'Bindings: 192.0.2.1:25', '192.0.2.1:25', '0.0.0.0-255.255.255.255'],
  ['Internal', 'RemoteIPRanges: 192.0.2.7', '0.0.0.0:25', '192.0.2.7'],
  ['Client', 'RemoteIPRanges: 192.0.2.7', '0.0.0.0:587', '192.0.2.7'],
])('the usage %s fills what New-ReceiveConnector fills', async (usage, given, bindings, ranges) => {
  const config = await load(`ReceiveConnectors: [{ Name: In, Usage: ${usage}, ${given} }]`)
  const [connector] = config.ReceiveConnectors
  expect(connector?.Bindings.map(formatBinding)).toEqual([bindings])
  expect(connector?.RemoteIPRanges.map(({ text }) => text)).toEqual([ranges])
})

test('an empty list of Receive connectors means none, an empty section the defaults', async () => {
  expect((await load('ReceiveConnectors: []')).ReceiveConnectors).toEqual([])
  expect((await load('Server: {}\nReceiveConnectors:\n')).ReceiveConnectors).toHaveLength(5)
})

test('takes keys and values in any case, comments, comma lists and quoted values', async () => {
  const config = await load(`
# The server.
SERVER: { name: EDGE01, FQDN: edge01.example.com, role: EDGE } # at the end of a line
receiveconnectors:
  - name: "From Internet"
    bindings: 192.0.2.1:25, [2001:db8::1]:25
    remoteIpRanges: 0.0.0.0-255.255.255.255, ::/0
    AUTHMECHANISM: tls,basicauth,BASICAUTHREQUIRETLS
    PermissionGroups:
      # who may speak
      - anonymoususers
    maxmessagesize: "25 MB"
    connectiontimeout: 00:02:00
    requiretls: $True
`)
  expect(config.Server.Role).toBe('Edge')
  expect(config.ReceiveConnectors[0]).toMatchObject({
    Name: 'From Internet',
    Bindings: [
      { address: '192.0.2.1', port: 25 },
      { address: '2001:db8::1', port: 25 },
    ],
    AuthMechanism: ['Tls', 'BasicAuth', 'BasicAuthRequireTLS'],
    PermissionGroups: ['AnonymousUsers'],
    MaxMessageSize: 26_214_400,
    ConnectionTimeout: 120_000,
    RequireTLS: true,
  })
})

test('keeps what looks like a number as it was typed', async () => {
  const config = await load(`
Users:
  - UserName: 007
    Password: 0123
`)
  expect(config.Users[0]).toMatchObject({ UserName: '007', Password: '0123' })
})

test('nothing, null, ~ and $null leave a text or a list empty', async () => {
  const config = await load(`
Server: { Role: Edge }
Users: ~
ReceiveConnectors:
  - Name: From Internet
    Bindings: 192.0.2.1:25
    RemoteIPRanges: 0.0.0.0/0
    Comment:
    Banner: $null
    Fqdn: null
    TlsCertificateName: ~
SendConnectors:
  - { Name: To Internet, AddressSpaces: '*', Comment: 'null', SmartHosts: }
`)
  expect(config.Users).toEqual([])
  expect(config.ReceiveConnectors[0]).toMatchObject({
    Comment: '',
    Banner: '',
    Fqdn: '',
    TlsCertificateName: '',
  })
  expect(config.SendConnectors[0]).toMatchObject({ Comment: 'null', SmartHosts: [] })
})

test('a YAML anchor may stand for a repeated value', async () => {
  const config = await load(`
Server: { Role: Edge }
ReceiveConnectors:
  - { Name: One, Bindings: 192.0.2.1:25, RemoteIPRanges: &everyone [0.0.0.0/0, '::/0'] }
  - { Name: Two, Bindings: 192.0.2.2:25, RemoteIPRanges: *everyone }
`)
  expect(config.ReceiveConnectors[1]?.RemoteIPRanges.map(({ text }) => text)).toEqual([
    '0.0.0.0/0',
    '::/0',
  ])
})

test('an anchor inside itself is refused, not followed for ever', async () => {
  const lines = await warnings('SendConnectors:\n  - &loop { Name: x, AddressSpaces: [*loop] }')
  expect(lines.join()).toContain('must be an address space')
})

test('the name of an accepted domain is its domain when it has none', async () => {
  expect((await load(routable)).AcceptedDomains[0]?.Name).toBe('example.com')
})

test('the result is frozen in depth', async () => {
  const config = await load('Server: { Role: Mailbox }')
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.ReceiveConnectors[0]?.Bindings)).toBe(true)
  expect(Object.isFrozen(config.TransportService)).toBe(true)
})

test('a problem keeps the position of its entry in the file when an earlier entry is unreadable', async () => {
  const lines = await warnings(`AcceptedDomains:
  - DomainType: Authoritative
  - DomainName: not a domain
`)
  expect(lines).toEqual([
    'server.yaml:2:5 AcceptedDomains[0].DomainName: is missing; it must be text',
    'server.yaml:3:17 AcceptedDomains[1].DomainName "not a domain": must be a domain such as contoso.com or *.contoso.com, not "not a domain"',
  ])
})

test('a file that is missing is told with what to do', async () => {
  const result = await loadConfig('/nowhere/server.yaml', options)
  expect('problems' in result && result.problems.map(formatProblem)).toEqual([
    '/nowhere/server.yaml: there is no such file; name another with --config or EDGE_CONFIG',
  ])
})

test('a folder in place of the file is a told problem', async () => {
  const result = await loadConfig(await tempFolder(), options)
  expect('problems' in result && result.problems[0]?.message).toContain('cannot be read')
})

describe('warns', () => {
  test('of addresses that are not rewritten, for their domain is none of ours', async () => {
    const lines = await warnings(`Server: { Role: Edge }${routable}
AddressRewriteEntries:
  - { Name: one, InternalAddress: Example.com, ExternalAddress: out.example }
  - { Name: two, InternalAddress: ann@example.com, ExternalAddress: ann@out.example }
  - { Name: three, InternalAddress: inner.example, ExternalAddress: outer.example }
  - { Name: four, InternalAddress: ann@Inner.example, ExternalAddress: ann@outer.example }
`)
    expect(lines.filter((line) => line.includes('nothing is rewritten'))).toEqual([
      'server.yaml:8:37 AddressRewriteEntries[2].InternalAddress "three": nothing is rewritten, for inner.example is no Authoritative accepted domain',
      'server.yaml:9:36 AddressRewriteEntries[3].InternalAddress "four": nothing is rewritten, for inner.example is no Authoritative accepted domain',
    ])
  })

  test('of passwords in clear', async () => {
    const lines = await warnings(`${routable}
Users: [{ UserName: relay, Password: secret }]
`)
    expect(lines).toEqual([
      'server.yaml:5:38 Users[0].Password "relay": a password in clear; PasswordFile keeps it out of this file, PasswordHash protects it',
    ])
    expect(lines.join()).not.toContain('secret')
  })

  test('of an open relay by ExternalAuthoritative', async () => {
    const lines = await warnings(`${routable}
Server: { Role: Edge }
ReceiveConnectors:
  - Name: Relay
    Bindings: 192.0.2.1:2525
    RemoteIPRanges: 192.0.2.0/24, 0.0.0.0/0
    AuthMechanism: ExternalAuthoritative
    PermissionGroups: ExchangeServers
`)
    expect(lines).toEqual([
      expect.stringContaining('0.0.0.0/0 may relay to any domain: an open relay'),
    ])
  })

  test('of an open relay by the rights of anonymous senders', async () => {
    const relay = (range: string, rights: string) => `${routable}
Server: { Role: Edge }
ReceiveConnectors:
  - Name: Relay
    Bindings: 192.0.2.1:2525
    RemoteIPRanges: ${range}
    PermissionGroups: AnonymousUsers
    AnonymousRights: ${rights}
`
    expect(await warnings(relay('0.0.0.0/0', 'SMTPSubmit, SMTPAcceptAnyRecipient'))).toEqual([
      expect.stringContaining(
        'with SMTPAcceptAnyRecipient in AnonymousRights each address in 0.0.0.0/0 may relay',
      ),
    ])
    expect(await warnings(relay('192.0.2.0/24', 'SMTPSubmit, SMTPAcceptAnyRecipient'))).toEqual([])
    expect(await warnings(relay('0.0.0.0/0', 'SMTPSubmit'))).toEqual([])
  })

  test.each(['ExchangeLegacyServers', 'None', 'ExchangeUsers'])(
    'of a connector by which nobody can send, with PermissionGroups %s',
    async (groups) => {
      const connector = (enabled: boolean) => `${routable}
ReceiveConnectors:
  - Name: Old
    Bindings: 192.0.2.1:2525
    RemoteIPRanges: 192.0.2.0/24
    AuthMechanism: Tls
    PermissionGroups: ${groups}
    Enabled: ${enabled}
`
      const told = async (enabled: boolean) =>
        (await warnings(connector(enabled))).filter((line) => line.includes('nobody can send'))
      expect(await told(true)).toEqual([
        expect.stringContaining(
          `nobody can send by this connector: with AuthMechanism Tls no client can prove to be of ${groups}`,
        ),
      ])
      expect(await told(false)).toEqual([])
    },
  )

  test.each([
    ['Server: { Role: Edge }\nReceiveConnectors: []', ['Transport']],
    ['ReceiveConnectors: []', ['Transport', 'Front End Transport']],
    [
      `ReceiveConnectors:
  - { Name: Only, Bindings: '192.0.2.1:2525', RemoteIPRanges: 192.0.2.0/24 }`,
      ['Front End Transport'],
    ],
    ['Server: { Role: Edge }', []],
  ])('when a service listens on nothing: %j', async (text, services) => {
    const told = (await warnings(`${routable}\n${text}\n`)).filter((line) =>
      line.includes('no Receive connector of'),
    )
    expect(told).toEqual(
      services.map((service): unknown =>
        expect.stringContaining(`no Receive connector of the ${service} service is enabled`),
      ),
    )
  })

  test.each([
    ['Server: { Fqdn: edge01 }', 'Server.Fqdn: "edge01" has no domain'],
    ['Server: { Fqdn: 192.0.2.1 }', 'Server.Fqdn: "192.0.2.1" is no name but a number'],
    [
      `ReceiveConnectors:
  - { Name: In, Bindings: '192.0.2.1:2525', RemoteIPRanges: 192.0.2.0/24, Fqdn: mail }`,
      'ReceiveConnectors[0].Fqdn "In": "mail" has no domain',
    ],
    [
      `SendConnectors: [{ Name: Out, AddressSpaces: '*', Fqdn: mail.12 }]`,
      'SendConnectors[0].Fqdn "Out": "mail.12" is no name but a number',
    ],
  ])('of a name that others may refuse: %j', async (text, told) => {
    expect((await warnings(text)).join('\n')).toContain(told)
  })

  test('of no name that is one', async () => {
    const lines = await warnings(`${routable}\nServer: { Fqdn: edge01.1and1.example }\n`)
    expect(lines).toEqual([])
  })

  test('when no mail can come in or go out', async () => {
    expect(await warnings('Server: {}')).toEqual([
      expect.stringContaining('no accepted domain'),
      expect.stringContaining('no Send connector'),
    ])
  })
})

describe('looks at the certificates that the file names', () => {
  async function withCertificate(
    name: string,
    validity: { readonly notBefore?: Date; readonly notAfter?: Date } = {},
  ): Promise<{ file: string; folder: string; text: string }> {
    const folder = await tempFolder()
    const { cert, key } = await testCertificate([name], validity)
    await mkdir(join(folder, 'certs'))
    await writeFile(join(folder, 'certs', 'a.pem'), cert)
    await writeFile(join(folder, 'certs', 'a.key'), key)
    const text = `${routable}
Certificates:
  - CertificateFile: certs/a.pem
    KeyFile: certs/a.key
`
    return { folder, file: join(folder, 'server.yaml'), text }
  }

  test('takes a good one by its path from the folder of the file', async () => {
    const { file, folder, text } = await withCertificate('edge01.example.com')
    const result = await checkConfigText(text, file, options)
    expect(result).toMatchObject({ warnings: [] })
    expect('config' in result && result.config.Certificates[0]).toEqual({
      CertificateFile: join(folder, 'certs/a.pem'),
      KeyFile: join(folder, 'certs/a.key'),
    })
  })

  test('refuses a key that belongs to another certificate', async () => {
    const { file, folder, text } = await withCertificate('edge01.example.com')
    await writeFile(join(folder, 'certs', 'a.key'), (await testCertificate(['x.test'])).key)
    const [line] = await warnings(text, file)
    expect(line).toContain('Certificates[0].KeyFile: is not the key of the certificate')
  })

  test('warns of one that has expired', async () => {
    const { file, text } = await withCertificate('edge01.example.com', {
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    })
    expect(await warnings(text, file)).toEqual([
      expect.stringContaining('the certificate expired on 2021-01-01; renew it'),
    ])
  })

  test('warns of one that no connector can offer', async () => {
    const { file, text } = await withCertificate('other.example.net')
    expect(await warnings(text, file)).toEqual([
      expect.stringContaining('no connector uses it: its names (other.example.net)'),
    ])
  })
})

test('makes the paths of password files absolute, also of Send connectors', async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, 'secret'), 'pass word\nsecond line\n')
  const text = `
Users: [{ UserName: relay, PasswordFile: secret }]
SendConnectors:
  - Name: To Internal Org
    AddressSpaces: '--'
    DNSRoutingEnabled: false
    SmartHosts: mbx01.example.com
    SmartHostAuthMechanism: BasicAuthRequireTLS
    AuthenticationCredential: { UserName: edge, PasswordFile: ./secret }
`
  const result = await checkConfigText(text, join(folder, 'server.yaml'), options)
  const config = 'config' in result ? result.config : undefined
  expect(config?.Users[0]?.PasswordFile).toBe(join(folder, 'secret'))
  expect(config?.SendConnectors[0]?.AuthenticationCredential?.PasswordFile).toBe(
    join(folder, 'secret'),
  )
})

test.each(['server.yaml', 'edge.yaml'])('the shipped config/%s has no problem', async (name) => {
  const result = await loadConfig(join(import.meta.dirname, '../../../config', name), options)
  expect(result).toMatchObject({ warnings: [] })
})

test('the shipped config/server.yaml says what the defaults say, connector by connector', async () => {
  const shipped = await loadConfig(
    join(import.meta.dirname, '../../../config/server.yaml'),
    options,
  )
  const defaults = await load('Server: { Name: MBX01 }')
  const essence = ({ ReceiveConnectors }: ServerConfig) =>
    ReceiveConnectors.map((connector) => ({
      ...connector,
      RemoteIPRanges: connector.RemoteIPRanges.map(({ text }) => text).sort(),
      AuthMechanism: connector.AuthMechanism.toSorted(),
      PermissionGroups: connector.PermissionGroups.toSorted(),
    }))
  expect('config' in shipped && essence(shipped.config)).toEqual(essence(defaults))
})

describe('a problem never repeats what may be a password', () => {
  const connector = "SendConnectors:\n  - Name: x\n    AddressSpaces: ['*']\n"
  test.each([
    ...[
      '*hidden',
      '!hidden',
      '!!hidden x',
      '|hidden',
      '>-hidden',
      '@hidden',
      '[hidden]',
      '"hidden',
    ],
    ...['{ hidden: 1 }', '&hidden', 'hidden: x', "'a'hidden", '%hidden', '`hidden'],
  ])('Password: %s', async (value) => {
    const told = await warnings(`Users:\n  - UserName: a\n    Password: ${value}\n`)
    expect(told.join('\n')).not.toContain('hidden')
  })
  test.each([
    'Users: [a:hidden]',
    'Users:\n  - a/hidden',
    `${connector}    SmartHosts: [h.example]\n    AuthenticationCredential: a:hidden`,
    `${connector}    SmartHosts: [h.example]\n    AuthenticationCredential: hidden`,
    `${connector}    SmartHosts: ['smtp://u:hidden@h.example']`,
    `${connector}    SmartHosts: ['u:hidden@h.example']`,
    `${connector}    SmartHosts: ['smtp://u:hid@hidden@h.example']`,
  ])('%s', async (text) => {
    const told = await warnings(`Server: { Role: Edge }\n${text}\n`)
    expect(told).not.toEqual([])
    expect(told.join('\n')).not.toContain('hidden')
  })
})
