import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'

const address = '127.0.123.1'
const hostAddress = '127.0.123.2'

let host: LabMailServer
let relay: RelayProcess
beforeAll(async () => {
  host = await startLabMailServer({ hostname: 'mail.inside.test', address: hostAddress })
  relay = await RelayProcess.start({
    services: ['Transport'],
    config: `
Server: { Name: EDGE01, Fqdn: edge01.relay.test, Role: Edge }
AcceptedDomains: [{ DomainName: inside.test }]
SendConnectors:
  - Name: To Inside
    AddressSpaces: [inside.test, far.test]
    SmartHosts: ${hostAddress}
    Port: ${host.port}
    DNSRoutingEnabled: false
    ProtocolLoggingLevel: Verbose
ReceiveConnectors:
  - Name: Default
    Bindings: ${address}:10125
    RemoteIPRanges: 127.0.0.0/8
    AuthMechanism: [Tls, BasicAuth, BasicAuthRequireTLS]
    PermissionGroups: [AnonymousUsers, ExchangeUsers]
    ProtocolLoggingLevel: Verbose
  - Name: Secure
    Bindings: ${address}:10126
    RemoteIPRanges: 127.0.0.0/8
    AuthMechanism: [Tls, BasicAuth]
    PermissionGroups: [AnonymousUsers, ExchangeUsers]
    TlsMode: Implicit
  - Name: Off
    Bindings: ${address}:10127
    RemoteIPRanges: 127.0.0.0/8
    Enabled: false
  - Name: Partners
    Bindings: ${address}:10128
    RemoteIPRanges: 192.0.2.0/24
Users:
  - UserName: ana
    Password: correct horse
    EmailAddresses: ana@inside.test
`,
  })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await host[Symbol.asyncDispose]()
})

/** Runs a line of the shell against the relay. */
async function shell(line: string) {
  const config = join(relay.folder, 'server.yaml')
  const args = ['shell', '-Config', config, '-Data', relay.dataFolder, '-Command', line]
  const { code, stdout, stderr } = await runEdge(args)
  return { code, lines: stdout.split('\n').filter((each) => each !== ''), stderr }
}

test('every enabled binding greets, also by TLS, or says why not', async () => {
  const line =
    'Test-SmtpConnectivity | % {"$($_.ReceiveConnector) $($_.EndPoint) $($_.StatusCode) $($_.Details)"}'
  const { code, lines } = await shell(line)
  expect(code).toBe(0)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^Default 127\.0\.123\.1:10125 Success 220 edge01\.relay\.test/)
  expect(lines[1]).toMatch(/^Secure 127\.0\.123\.1:10126 Success 220 edge01\.relay\.test/)
  // Why it does not greet this machine.
  expect(lines[2]).toMatch(
    /^Partners 127\.0\.123\.1:10128 Error The connector takes no connections from 127\.0\.\d+\.1, the address of this test: its RemoteIPRanges leave it out \(/,
  )
})

test('a test message arrives, and both logs tell of it', async () => {
  const sent = await shell(
    'Test-MailFlow ann@inside.test | % {"$($_.TestMailflowResult) $($_.Details)"}',
  )
  expect(sent).toMatchObject({ code: 0, stderr: '' })
  expect(sent.lines[0]).toMatch(/^Success .* by To Inside: 250 /)

  const tracked = await shell(
    'Get-MessageTrackingLog -Recipients ann@inside.test | % {"$($_.EventId) $($_.ConnectorId)"}',
  )
  expect(tracked.lines).toEqual(['RECEIVE EDGE01\\Default', 'SEND To Inside'])

  const spoken = await shell(
    'Get-ProtocolLog -Address ann@inside.test -Event \'<\' | % {"$($_.Direction) $($_.Data)"}',
  )
  expect(spoken.lines).toEqual(['Receive RCPT TO:<ann@inside.test>'])
  const whole = await shell(
    'Get-ProtocolLog -Address ann@inside.test -Direction Send -WholeSession | select -First 1 | % Event',
  )
  expect(whole.lines).toEqual(['*'])
})

test('a message that the server refuses is told by its reply', async () => {
  const { lines } = await shell('Test-MailFlow ann@other.test | % {"$($_.Outcome) $($_.Details)"}')
  expect(lines).toEqual([
    'Refused 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
  ])
})

const login = (password: string) =>
  `-Credential (New-Object System.Management.Automation.PSCredential ana,(ConvertTo-SecureString '${password}' -AsPlainText -Force))`

test.each([
  ['a connector that takes users', ''],
  ['the one named, by TLS on connect', '-ReceiveConnector Secure'],
])("a user's test message may go anywhere, by %s", async (_, where) => {
  const line = `Test-MailFlow bob@far.test ${where} ${login('correct horse')}`
  const { code, lines, stderr } = await shell(
    `${line} | % {"$($_.TestMailflowResult) $($_.EndPoint)"}`,
  )
  expect([code, stderr]).toEqual([0, ''])
  const port = where === '' ? 10_125 : 10_126
  expect(lines).toEqual([`Success ${address}:${port}`])
})

test('a wrong password, and a connector that is not there, are told', async () => {
  const line = `Test-MailFlow bob@far.test ${login('wrong')} | % {"$($_.Outcome) $($_.Details)"}`
  expect((await shell(line)).lines).toEqual(['Refused 535 5.7.3 Authentication unsuccessful'])
  const other = await shell('Test-MailFlow bob@far.test -ReceiveConnector Nothing')
  expect(other.stderr).toContain("The Receive connector 'Nothing' couldn't be found on 'EDGE01'")
})

test('the server tells who it is', async () => {
  const { lines } = await shell(
    'Get-ExchangeServer edge01 | % {"$($_.Name) $($_.ServerRole) $($_.AdminDisplayVersion)"}',
  )
  expect(lines).toEqual(['EDGE01 Edge Version 15.2 (Build 1.0)'])
  const other = await shell('Get-ExchangeServer EDGE02')
  expect(other.code).toBe(1)
  expect(other.stderr).toContain("The server 'EDGE02' couldn't be found")
})

test('the services of the role are asked whether they run', async () => {
  const line =
    'Test-ServiceHealth | % {"$($_.Role): $($_.RequiredServicesRunning) $($_.ServicesRunning)"}'
  expect((await shell(line)).lines).toEqual(['Edge Transport Server Role: True Transport'])
})

test('a route is told by the connectors there are', async () => {
  const { lines } = await shell(
    'Test-Route ann@inside.test | % {"$($_.Status) $($_.SendConnector) $($_.NextHops)"}',
  )
  expect(lines).toEqual([`Success To Inside ${hostAddress}:${host.port}`])
})
