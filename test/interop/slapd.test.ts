import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { directorySchema } from '../../src/directory/directory-schema.ts'
import { LdapDirectory } from '../../src/directory/ldap/ldap-directory.ts'
import { ldaptsOpener } from '../../src/directory/ldap/ldapts-connection.ts'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { Slapd, baseDn, relayAccount, slapdPorts } from '../support/slapd.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authPlain, plainMessage, submit } from '../support/submit.ts'
import { until } from '../support/until.ts'

const people = `
dn: uid=alice,${baseDn}
objectClass: inetOrgPerson
objectClass: mailRecipient
uid: alice
cn: Alice
sn: Liddell
mail: alice@contoso.test
proxyAddresses: smtp:a@contoso.test
userPrincipalName: alice@contoso.test
userPassword: alice knows
proxyAddresses: SMTP:Alice@contoso.test
proxyAddresses: X500:/o=Contoso/cn=alice

dn: uid=bob,${baseDn}
objectClass: inetOrgPerson
uid: bob
cn: Bob (the builder)
sn: Builder
mail: bob@contoso.test
userPassword: bob knows

dn: uid=david,${baseDn}
objectClass: inetOrgPerson
objectClass: mailRecipient
uid: david
cn: David
sn: D
mail: david@contoso.test
targetAddress: SMTP:david@contoso.onmicrosoft.test

dn: cn=All,${baseDn}
objectClass: groupOfNames
objectClass: mailRecipient
cn: All
mail: all@contoso.test
member: uid=alice,${baseDn}
member: uid=bob,${baseDn}
member: uid=gone,${baseDn}

dn: cn=Board,${baseDn}
objectClass: groupOfNames
objectClass: mailRecipient
cn: Board
mail: board@contoso.test
msExchEnableModeration: TRUE
member: uid=alice,${baseDn}
`

let folder: string
let slapd: Slapd

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interop-'))
  slapd = await Slapd.start(folder, people)
  await writeFile(join(folder, 'password'), `${relayAccount.password}\n`)
  await writeFile(join(folder, 'wrong'), 'not it\n')
})

afterAll(async () => {
  await slapd[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

beforeEach(async () => {
  await slapd.stop()
  await slapd.start()
})

const overTls = `ldaps://localhost:${slapdPorts.tls}`
const plain = `ldap://localhost:${slapdPorts.plain}`

const ldapSettings = (more: Readonly<Record<string, unknown>> = {}) => ({
  Url: overTls,
  CaFile: slapd.caFile,
  BaseDn: baseDn,
  BindDn: relayAccount.dn,
  PasswordFile: join(folder, 'password'),
  Timeout: '00:00:02',
  ...more,
})

function opened(more: Readonly<Record<string, unknown>> = {}) {
  const { Ldap } = directorySchema.parse({ Ldap: ldapSettings(more) })
  if (Ldap === undefined) throw new Error('no settings')
  const lines: string[] = []
  const tell = (message: string) => void lines.push(message)
  const directory = new LdapDirectory({
    settings: Ldap,
    cacheTime: 0,
    clock: systemClock,
    log: { info: tell, warn: tell, error: tell },
    open: ldaptsOpener(systemClock),
  })
  onTestFinished(() => directory[Symbol.asyncDispose]())
  return { directory, lines }
}

describe('recipients of OpenLDAP', () => {
  test.each([
    ['over TLS', { Url: overTls }],
    ['by STARTTLS', { Url: plain }],
    ['at the second server', { Url: ['ldap://localhost:1', overTls] }],
  ])('%s are found by their addresses', async (_, settings) => {
    const { directory } = opened(settings)
    expect(await directory.find('A@Contoso.test')).toEqual({
      kind: 'found',
      recipient: {
        type: 'UserMailbox',
        name: 'Alice',
        primaryAddress: 'Alice@contoso.test',
        addresses: ['Alice@contoso.test', 'a@contoso.test'],
      },
    })
    expect(await directory.find('bob@contoso.test')).toMatchObject({
      recipient: { name: 'Bob (the builder)' },
    })
    expect(await directory.find('david@contoso.test')).toMatchObject({
      recipient: { type: 'MailUser', externalAddress: 'david@contoso.onmicrosoft.test' },
    })
  })

  test('are not found by what a filter would make of an address', async () => {
    const { directory } = opened()
    for (const address of [
      '*@contoso.test',
      'a*@contoso.test',
      'x)(uid=*@contoso.test',
      '\\2a@a.test',
    ])
      expect(await directory.find(address)).toEqual({ kind: 'unknown' })
  })

  test('are those that the Filter lets through', async () => {
    const { directory } = opened({ Filter: '(!(uid=bob))' })
    expect(await directory.find('bob@contoso.test')).toEqual({ kind: 'unknown' })
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
  })

  test('have groups with members, and those whose messages are moderated', async () => {
    const { directory } = opened()
    const all = await directory.find('all@contoso.test')
    expect(all).toMatchObject({ recipient: { type: 'DistributionGroup' } })
    expect(all.kind === 'found' && (await directory.members(all.recipient))).toEqual({
      kind: 'found',
      addresses: ['Alice@contoso.test', 'bob@contoso.test'],
      unknown: [`uid=gone,${baseDn}`],
    })
    expect(await directory.find('board@contoso.test')).toMatchObject({
      recipient: { moderated: true },
    })
  })

  test('are listed', async () => {
    const { directory } = opened()
    const names = (await Array.fromAsync(directory.recipients())).map(({ name }) => name)
    expect(names.sort()).toEqual(['Alice', 'All', 'Board', 'Bob (the builder)', 'David'])
  })

  test('are asked for in parallel', async () => {
    const { directory } = opened()
    const answers = await Promise.all(
      Array.from(
        { length: 400 },
        async (_, number) => await directory.find(`user${number}@contoso.test`),
      ),
    )
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['unknown']))
  })
})

describe('a directory that cannot be asked is said to be away', () => {
  test.each([
    ['with a wrong password', { PasswordFile: 'wrong' }, 'was refused'],
    ['with another certificate', { CaFile: undefined }, 'self-signed certificate'],
    ['without TLS', { Url: plain, StartTls: false }, 'onfidentiality'],
    ['where nothing listens', { Url: 'ldap://localhost:1' }, 'ECONNREFUSED'],
    ['below an entry that is not there', { BaseDn: 'dc=nowhere' }, ''],
  ])('%s', async (_, settings, reason) => {
    const { directory, lines } = opened({
      ...settings,
      ...('PasswordFile' in settings && { PasswordFile: join(folder, 'wrong') }),
    })
    const answer = await directory.find('alice@contoso.test')
    expect(answer).toMatchObject({ kind: 'unavailable' })
    expect(answer.kind === 'unavailable' && answer.reason).toContain(reason)
    expect(lines).toHaveLength(1)
    expect(lines.join()).not.toMatch(/not it|the relay knows/)
  })

  test('while it hangs, and is asked again when it is back', async () => {
    const { directory, lines } = opened()
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
    slapd.hold()
    const begin = systemClock.monotonic()
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'unavailable' })
    // Whoever comes now does not wait.
    const waited = systemClock.monotonic() - begin
    expect(await directory.find('bob@contoso.test')).toMatchObject({ kind: 'unavailable' })
    expect(systemClock.monotonic() - begin - waited).toBeLessThan(500)
    expect(waited).toBeLessThan(6000)
    await slapd.stop()
    await slapd.start()
    await until(async () => (await directory.find('alice@contoso.test')).kind === 'found')
    expect(lines).toEqual([
      expect.stringContaining('the directory cannot be asked'),
      expect.stringContaining('the directory answers again'),
    ])
  })
})

describe('accounts of OpenLDAP', () => {
  const logons = {
    LogonEnabled: true,
    LogonDomain: 'CONTOSO',
    LogonGroups: [
      { Dn: `cn=All,${baseDn}`, Groups: 'Partners' },
      { Dn: `cn=Nobody,${baseDn}`, Groups: 'ExchangeServers' },
    ],
  }

  test.each(['alice', 'CONTOSO\\alice', 'contoso\\Alice', 'alice@contoso.test'])(
    'log in as %s',
    async (name) => {
      const { directory } = opened(logons)
      expect(await directory.accounts.logOn(name, 'alice knows')).toEqual({
        kind: 'verified',
        account: {
          name: 'alice@contoso.test',
          addresses: ['Alice@contoso.test', 'a@contoso.test'],
          groups: ['ExchangeUsers', 'Partners'],
        },
      })
    },
  )

  test.each([
    ['alice', 'bob knows'],
    ['FABRIKAM\\alice', 'alice knows'],
    ['*', 'alice knows'],
    ['nobody', 'x'],
    ['david', 'x'],
    ['', 'x'],
  ])('%s with "%s" are refused', async (name, password) => {
    const { directory } = opened(logons)
    expect(await directory.accounts.logOn(name, password)).toEqual({ kind: 'refused' })
  })

  test('are those that LogonFilter lets through', async () => {
    const { directory } = opened({ ...logons, LogonFilter: '(userPrincipalName=*)' })
    expect(await directory.accounts.logOn('bob', 'bob knows')).toEqual({ kind: 'refused' })
    expect(await directory.accounts.logOn('alice', 'alice knows')).toMatchObject({
      kind: 'verified',
    })
  })

  test('are known by name without a password', async () => {
    const { directory } = opened(logons)
    expect(await directory.accounts.account('bob')).toMatchObject({
      account: { name: 'bob', addresses: ['bob@contoso.test'] },
    })
    expect(await directory.accounts.account('nobody')).toEqual({ kind: 'unknown' })
  })

  test('cannot be checked while the server is away', async () => {
    const { directory } = opened(logons)
    await slapd.stop()
    expect(await directory.accounts.logOn('alice', 'alice knows')).toMatchObject({
      kind: 'unavailable',
    })
  })
})

test('a relay answers 250, 550, and 451 while the server is stopped', async () => {
  const address = '127.0.125.1'
  const settings = Object.entries(ldapSettings()).map(([name, value]) => `    ${name}: ${value}`)
  await using relay = await RelayProcess.start({
    services: ['Transport'],
    config: `
Server: { Name: EDGE01, Fqdn: edge01.contoso.test, Role: Edge }
AcceptedDomains: [{ DomainName: contoso.test }]
ReceiveConnectors:
  - Name: From Internet
    Bindings: ${address}:2525
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
    TarpitInterval: 00:00:00
Directory:
  CacheTime: 00:00:00
  Ldap:
${settings.join('\n')}
`,
  })
  await using peer = await SmtpPeer.greeted({ port: 2525, host: address })
  await peer.command('MAIL FROM:<x@fabrikam.test>')
  expect(await peer.command('RCPT TO:<alice@contoso.test>')).toBe('250 2.1.5 Recipient OK')
  expect(await peer.command('RCPT TO:<nobody@contoso.test>')).toBe('550 5.1.1 User unknown')
  expect(await peer.command('RCPT TO:<board@contoso.test>')).toMatch(/^550 5\.7\.1 /)
  await slapd.stop()
  for (const name of ['alice', 'nobody', 'bob'])
    expect(await peer.command(`RCPT TO:<${name}@contoso.test>`)).toBe(
      '451 4.4.3 Temporary server error. Please try again later',
    )
  expect(await peer.command('RCPT TO:<postmaster@contoso.test>')).toBe('250 2.1.5 Recipient OK')
  await relay.logged(({ msg }) => msg.includes('the directory cannot be asked'))
  await slapd.start()
  await until(
    async () => (await peer.command('RCPT TO:<bob@contoso.test>')) === '250 2.1.5 Recipient OK',
    100,
  )
  await relay.logged(({ msg }) => msg.includes('the directory answers again'))
  expect(relay.output).not.toContain(relayAccount.password)
})

test('somebody of the directory logs in at the front end, and sends as itself', async () => {
  const address = '127.0.125.3'
  const logons = ldapSettings({ LogonEnabled: true, LogonDomain: 'CONTOSO' })
  const settings = Object.entries(logons).map(([name, value]) => `    ${name}: ${value}`)
  const config = mailboxConfig({
    address,
    sendConnectors: smartHost('*', { address: '127.0.125.4', port: 25 }),
    more: `\nDirectory:\n  Ldap:\n${settings.join('\n')}\n`,
  })
  await using relay = await RelayProcess.start({ config })
  await using peer = await SmtpPeer.greeted({ port: 587, host: address })
  await peer.startTls()
  await peer.command('EHLO client.example')
  expect(await peer.command(authPlain('CONTOSO\\bob', 'alice knows'))).toMatch(/^535 /)
  expect(await peer.command(authPlain('CONTOSO\\bob', 'bob knows'))).toMatch(/^235 /)
  expect(await peer.command('MAIL FROM:<a@contoso.test>')).toMatch(/^550 5\.7\.60 /)
  const replies = await submit(peer, {
    from: 'bob@contoso.test',
    to: ['friend@fabrikam.test', 'a@contoso.test', 'nobody@contoso.test'],
    content: plainMessage('of the directory', 'bob@contoso.test'),
  })
  expect(replies.map((reply) => reply.slice(0, 3))).toEqual([
    ...['250', '250', '250', '550', '354', '250'],
  ])
  for (const secret of ['alice knows', 'bob knows', relayAccount.password])
    expect(relay.output).not.toContain(secret)
})
