import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { environmentConfig } from '../../../src/config/environment-config.ts'
import { environmentSettings, unknownVariables } from '../../../src/config/environment-settings.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const hash =
  '$scrypt$ln=15,r=8,p=1$pP3/XZRFBjc8vUoXJwBpwA$U6ch1njTAN6yyG/QoBM5xGyMYmy44Bd4gKuTnJI5ubM'

/** The whole configuration that settings make, as a service reads it; and the file. */
async function loaded(env: Readonly<Record<string, string>>) {
  const made = environmentConfig(env)
  if ('problems' in made) throw new Error(made.problems.join('\n'))
  const file = join(await tempFolder(), 'environment.yaml')
  await writeFile(file, made.yaml)
  return { yaml: made.yaml, result: await loadConfig(file) }
}

async function configOf(env: Readonly<Record<string, string>>) {
  const { result } = await loaded(env)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.config
}

describe('settings of the environment', () => {
  test('make an Edge server that sends by MX, of the name alone', async () => {
    const config = await configOf({ EDGE_FQDN: 'mail.contoso.com' })
    expect(config).toMatchObject({
      Server: { Name: 'MAIL', Fqdn: 'mail.contoso.com', Role: 'Edge' },
      AcceptedDomains: [],
      ReceiveConnectors: [{ PermissionGroups: ['AnonymousUsers'] }],
      SendConnectors: [{ Name: 'To Internet', DNSRoutingEnabled: true }],
      Users: [],
    })
  })

  test('lead mail inside, out by a smart host, and in from networks and an account', async () => {
    const config = await configOf({
      EDGE_FQDN: 'mail.contoso.com',
      EDGE_NAME: 'EDGE01',
      EDGE_ACCEPTED_DOMAINS: 'contoso.com, *.contoso.net',
      EDGE_INTERNAL_HOSTS: 'mbx1.corp.contoso.com:2525 [2001:db8::1]:2525',
      EDGE_SMART_HOST: 'smtp.provider.example:587',
      EDGE_SMART_HOST_USER: 'contoso',
      EDGE_SMART_HOST_PASSWORD: 'p"a\\ss: #1',
      EDGE_RELAY_NETWORKS: '192.168.5.0/24,192.168.6.1-192.168.6.9',
      EDGE_USER: 'shop@contoso.com',
      EDGE_USER_PASSWORD_HASH: hash,
      EDGE_MAX_MESSAGE_SIZE: '50MB',
    })
    expect(config.AcceptedDomains.map(({ DomainName }) => DomainName)).toEqual([
      'contoso.com',
      '*.contoso.net',
    ])
    expect(
      config.ReceiveConnectors.map(({ Name, Bindings, MaxMessageSize }) => [
        ...[Name, Bindings[0]?.port, MaxMessageSize],
      ]),
    ).toEqual([
      ['From Internet', 25, 50 * 1024 * 1024],
      ['Relay networks', 25, 50 * 1024 * 1024],
      ['Submission', 587, 50 * 1024 * 1024],
      ['Submission by TLS', 465, 50 * 1024 * 1024],
    ])
    expect(config.SendConnectors).toMatchObject([
      { SmartHosts: ['mbx1.corp.contoso.com', '2001:db8::1'], Port: 2525 },
      {
        ...{ SmartHosts: ['smtp.provider.example'], Port: 587 },
        SmartHostAuthMechanism: 'BasicAuthRequireTLS',
        AuthenticationCredential: { UserName: 'contoso', Password: 'p"a\\ss: #1' },
      },
    ])
    expect(config.Users).toMatchObject([
      { UserName: 'shop@contoso.com', EmailAddresses: ['shop@contoso.com'], PasswordHash: hash },
    ])
  })

  test('name secrets by their files, which are read where every secret is', async () => {
    const { yaml } = await loaded({
      EDGE_FQDN: 'mail.contoso.com',
      EDGE_SMART_HOST: 'smtp.provider.example',
      EDGE_SMART_HOST_USER: 'contoso',
      EDGE_SMART_HOST_PASSWORD_FILE: '/run/secrets/smart-host',
    })
    expect(yaml).toContain('PasswordFile: "/run/secrets/smart-host"')
  })

  test('cannot put anything beside their own value', async () => {
    const injected = 'x"\nUsers:\n  - UserName: eve'
    const { result } = await loaded({ EDGE_FQDN: injected, EDGE_NAME: 'EDGE01' })
    expect(result).toMatchObject({ problems: [{ path: 'Server.Fqdn' }] })
  })

  test.each([
    [{}, 'EDGE_FQDN is missing'],
    [{ EDGE_SMART_HOST_USER: 'a', EDGE_SMART_HOST: 'h' }, 'EDGE_SMART_HOST_USER is given without'],
    [{ EDGE_USER: 'a' }, 'without EDGE_USER_PASSWORD_FILE or EDGE_USER_PASSWORD_HASH'],
    [{ EDGE_USER_ADDRESSES: 'a@b.test' }, 'EDGE_USER_ADDRESSES is given without EDGE_USER'],
    [{ EDGE_KEY_FILE: 'k' }, 'EDGE_KEY_FILE is given without EDGE_CERTIFICATE_FILE'],
    [{ EDGE_ACCEPTED_DOMAINS: 'a.test' }, 'without EDGE_INTERNAL_HOSTS or EDGE_SMART_HOST'],
    [{ EDGE_SMART_HOST: 'a:25,b:26' }, 'the hosts of EDGE_SMART_HOST must have one port'],
    [
      { EDGE_USER: 'a', EDGE_USER_PASSWORD_FILE: 'f', EDGE_USER_PASSWORD_HASH: 'h' },
      'give one of them',
    ],
  ])('%j is told', (env, told) => {
    const made = environmentConfig(env)
    expect('problems' in made && made.problems.join('\n')).toContain(told)
  })
})

describe('variables of the environment', () => {
  test('that are none of ours are told by name', () => {
    expect(unknownVariables({ EDGE_FQND: 'x', EDGE_NOTHING_LIKE_IT: '', PATH: '' })).toEqual([
      'environment: there is no setting EDGE_FQND; did you mean EDGE_FQDN?',
      'environment: there is no setting EDGE_NOTHING_LIKE_IT; edge help environment lists them',
    ])
  })

  test('that Kubernetes makes of a service called "edge" are none of ours', () => {
    expect(
      unknownVariables({
        EDGE_PORT: 'tcp://10.0.0.1:25',
        EDGE_PORT_25_TCP_ADDR: '10.0.0.1',
        EDGE_SERVICE_HOST: '10.0.0.1',
        EDGE_SERVICE_PORT_SMTP: '25',
      }),
    ).toEqual([])
  })

  test('are all known', () => {
    expect(unknownVariables(environmentSettings)).toEqual([])
  })
})
