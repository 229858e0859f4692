import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { shippedConfig, moved } from '../support/shipped-config.ts'
import {
  type ExpectedEvent,
  everythingLogged,
  expectHeaders,
  expectSession,
  sessionsOf,
} from '../support/expected-protocol-log.ts'
import { protocolLogRecords } from '../support/protocol-log-records.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authLogin, authPlain, base64, plainMessage, submit } from '../support/submit.ts'

const address = '127.0.108.1'
const fqdn = 'relay01.relay.example'

let lab: LabMailServer
beforeAll(async () => {
  lab = await startLabMailServer({
    hostname: 'partner.example',
    address: '127.0.108.2',
    auth: { userName: 'relay', password: 'partner-secret' },
  })
})
afterAll(() => lab.close())

const patience = { timeout: 15_000, interval: 200 }
const verbose = { ProtocolLoggingLevel: 'Verbose' }
const Server = { Name: 'RELAY01', Fqdn: fqdn }
const Users = [{ UserName: 'ana', Password: 'correct horse', EmailAddresses: 'ana@sender.example' }]
const sendConnector = () => ({
  ...smartHostConnector('To Partner', 'partner.example', lab),
  ...verbose,
  SmartHostAuthMechanism: 'BasicAuth',
  AuthenticationCredential: { UserName: 'relay', Password: 'partner-secret' },
})

const passwords = ['correct horse', 'wrong horse', 'partner-secret']
const secrets = [
  ...passwords,
  ...passwords.map((password) => base64(password)),
  ...['ana', 'relay'].flatMap((user) => passwords.map((one) => base64(`\0${user}\0${one}`))),
].map((secret) => secret.replace(/=+$/, ''))
const secretsIn = (text: string) => secrets.filter((secret) => text.includes(secret))

const greeting =
  /^220 relay01\.relay\.example Microsoft ESMTP MAIL Service ready at \w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/
const cipher = /^TLS protocol TLS1_3 negotiation succeeded using cipher TLS_[A-Z0-9_]+$/
const ownCertificate =
  /^CN=relay01\.relay\.example CN=relay01\.relay\.example [0-9A-F]+ [0-9A-F]{40} relay01\.relay\.example$/
const certificateNames =
  'Sending certificate Subject Issuer name Serial number Thumbprint Subject alternate names'
const hello = (extensions: string) => `250  ${fqdn} Hello [127.0.0.1] ${extensions}`
const permissionsSet = 'Set Session Permissions'
const userPermissions = 'SMTPSubmit SMTPAcceptAnyRecipient BypassAntiSpam AcceptRoutingHeaders'
const queued =
  /^250 2\.6\.0 <the\.message@sender\.example> \[InternalId=\d+, Hostname=relay01\.relay\.example\] Queued mail for delivery$/
const anyPort = /^127\.0\.0\.1:\d+$/
const at = (port: number) => new RegExp(`^127\\.0\\.108\\.1:${port}$`)
const startTime = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
const receiving: ExpectedEvent = [
  '*',
  new RegExp(`^[0-9A-F]{16};${startTime};1$`),
  'receiving message',
]

/** What the Send connector says to the partner and hears. */
const partnerSession: readonly ExpectedEvent[] = [
  ['*', '', 'attempting to connect to 127.0.108.2'],
  ['+'],
  ['<', '220 partner.example ESMTP Lab'],
  ['>', `EHLO ${fqdn}`],
  ['<', '250-partner.example Nice to meet you, [127.0.0.1]'],
  ...['250-PIPELINING', '250-8BITMIME', '250-SMTPUTF8', '250-DSN', '250-AUTH LOGIN PLAIN'].map(
    (line): ExpectedEvent => ['<', line],
  ),
  ['<', '250 STARTTLS'],
  ['>', 'STARTTLS'],
  ['<', '220 Ready to start TLS'],
  ['*', '', cipher],
  [
    '*',
    /^CN=partner\.example CN=partner\.example [0-9A-F]+ [0-9A-F]{40} .* DNS:partner\.example$/,
    'Received certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names',
  ],
  ['*', '', "TlsDomainCapabilities='None'; Status='UntrustedRoot'"],
  ['>', `EHLO ${fqdn}`],
  ['<', '250-partner.example Nice to meet you, [127.0.0.1]'],
  ...['250-PIPELINING', '250-8BITMIME', '250-SMTPUTF8', '250-DSN', '250 AUTH LOGIN PLAIN'].map(
    (line): ExpectedEvent => ['<', line],
  ),
  ['>', 'AUTH LOGIN'],
  ['<', '334 <authentication response>'],
  ['>', '<authentication response>'],
  ['<', '334 <authentication response>'],
  ['>', '<authentication response>'],
  ['<', '235 <authentication response>'],
  ['>', 'MAIL FROM:<ana@sender.example>'],
  ['>', 'RCPT TO:<bob@partner.example>'],
  ['>', 'DATA'],
  ['<', '250 Accepted'],
  ['<', '250 Accepted'],
  ['<', '354 End data with <CR><LF>.<CR><LF>'],
  ['<', /^250 OK/],
  ['>', 'QUIT'],
  ['<', '221 Bye'],
  ['-', '', 'Local'],
]
const toPartner = () => ({
  connectorId: 'To Partner',
  local: anyPort,
  remote: new RegExp(`^127\\.0\\.108\\.2:${lab.port}$`),
})
const message = {
  from: 'ana@sender.example',
  to: ['bob@partner.example'],
  content: plainMessage('the message', 'ana@sender.example'),
}

describe('of role Mailbox, for one session of a user', () => {
  let relay: RelayProcess
  beforeAll(async () => {
    relay = await RelayProcess.start({
      config: shippedConfig({
        address,
        connectors: {
          'Client Frontend': { ...verbose, AuthTarpitInterval: '00:00:00.1' },
          'Client Proxy': verbose,
        },
        sections: {
          Server: { ...Server, Role: 'Mailbox' },
          Users,
          SendConnectors: [sendConnector()],
        },
      }),
    })
    const delivered = lab.messageCount + 1
    const peer = await SmtpPeer.greeted({ host: address, port: moved(587) })
    await peer.startTls()
    await peer.command('EHLO client.example')
    await authLogin(peer, 'ana', 'wrong horse')
    await authLogin(peer, 'ana', 'correct horse')
    await submit(peer, message)
    await peer.command('QUIT')
    await lab.received(delivered, AbortSignal.timeout(10_000))
    // The front end keeps its connection for a while, for the next message.
    await vi.waitFor(async () => {
      const records = await protocolLogRecords(relay.dataFolder, 'FrontEnd', 'Send')
      expect(records.at(-1)?.event).toBe('-')
    }, patience)
    await relay.stop()
  })
  afterAll(() => relay[Symbol.asyncDispose]())

  test('the files of all logs have their names and header lines', async () => {
    await expectHeaders(relay, 'FrontEnd')
    await expectHeaders(relay, 'Hub')
  })

  test('the front end logs what it received', async () => {
    const [session = [], ...others] = await sessionsOf(relay, 'FrontEnd', 'Receive')
    expect(others).toEqual([])
    const fields = {
      connectorId: 'RELAY01\\Client Frontend MBX01',
      local: at(moved(587)),
      remote: anyPort,
    }
    expectSession(session, fields, [
      ['+'],
      ['*', 'None', permissionsSet],
      ['>', greeting],
      ['<', 'EHLO client.example'],
      [
        '>',
        hello(
          'SIZE 36700160 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME CHUNKING SMTPUTF8',
        ),
      ],
      ['<', 'STARTTLS'],
      ['>', '220 2.0.0 SMTP server ready'],
      ['*', ownCertificate, certificateNames],
      ['*', '', cipher],
      ['*', '', "TlsDomainCapabilities='None'; Status='NoRemoteCertificate'"],
      ['*', 'None', permissionsSet],
      ['<', 'EHLO client.example'],
      [
        '>',
        hello(
          'SIZE 36700160 PIPELINING DSN ENHANCEDSTATUSCODES AUTH LOGIN PLAIN 8BITMIME CHUNKING SMTPUTF8',
        ),
      ],
      ['<', 'AUTH LOGIN'],
      ['>', '334 <authentication response>'],
      ['>', '334 <authentication response>'],
      ['*', '', 'User Name: ana'],
      ['*', '', 'Inbound AUTH LOGIN failed because of LogonDenied'],
      ['*', "Tarpit for '0.00:00:00.1000000'"],
      ['>', '535 5.7.3 Authentication unsuccessful'],
      ['<', 'AUTH LOGIN'],
      ['>', '334 <authentication response>'],
      ['>', '334 <authentication response>'],
      ['*', 'ana', 'authenticated'],
      ['*', userPermissions, permissionsSet],
      ['>', '235 <authentication response>'],
      ['<', 'MAIL FROM:<ana@sender.example>'],
      receiving,
      ['>', '250 2.1.0 Sender OK'],
      ['<', 'RCPT TO:<bob@partner.example>'],
      ['>', '250 2.1.5 Recipient OK'],
      ['<', 'DATA'],
      ['>', '354 Start mail input; end with <CRLF>.<CRLF>'],
      ['>', queued],
      ['<', 'QUIT'],
      ['>', '221 2.0.0 Service closing transmission channel'],
      ['-', '', 'Local'],
    ])
  })

  const handOver =
    /^XPROXY SID=[0-9A-F]{16} IP=127\.0\.0\.1 PORT=\d+ DOMAIN=client\.example PERMS=\d+ SECID=ana LIMITS=262144,31,9$/

  test('the front end logs what it sent to the Transport service', async () => {
    const [session = [], ...others] = await sessionsOf(relay, 'FrontEnd', 'Send')
    expect(others).toEqual([])
    const fields = {
      connectorId: 'Inbound Proxy Internal Send Connector',
      local: anyPort,
      remote: at(moved(465)),
    }
    expectSession(session, fields, [
      ['+'],
      ['<', greeting],
      ['>', `EHLO ${fqdn}`],
      ...[
        `250-${fqdn} Hello [127.0.0.1]`,
        ...['250-SIZE 36700160', '250-PIPELINING', '250-DSN', '250-ENHANCEDSTATUSCODES'],
        ...['250-AUTH LOGIN PLAIN', '250-8BITMIME', '250-CHUNKING', '250-SMTPUTF8'],
        ...['250-XPROXYFROM', '250 XPROXY'],
      ].map((line): ExpectedEvent => ['<', line]),
      ['>', handOver],
      ['>', 'MAIL FROM:<ana@sender.example>'],
      ['<', '250 2.0.0 XProxy accepted'],
      ['<', '250 2.1.0 Sender OK'],
      ['>', 'RCPT TO:<bob@partner.example>'],
      ['<', '250 2.1.5 Recipient OK'],
      ['>', /^BDAT \d+ LAST$/],
      ['<', queued],
      ['>', 'QUIT'],
      ['<', '221 2.0.0 Service closing transmission channel'],
      ['-', '', 'Local'],
    ])
  })

  test('the Transport service logs what it received from the front end', async () => {
    const sessions = await sessionsOf(relay, 'Hub', 'Receive')
    // When it starts the front end looks whether the port is open, and says nothing.
    const [session = [], ...others] = sessions.filter((one) =>
      one.some(({ event }) => event === '<'),
    )
    expect(others).toEqual([])
    const fields = {
      connectorId: 'RELAY01\\Client Proxy MBX01',
      local: at(moved(465)),
      remote: anyPort,
    }
    expectSession(session, fields, [
      ['+'],
      ['*', 'None', permissionsSet],
      ['*', ownCertificate, certificateNames],
      ['*', '', cipher],
      ['*', '', "TlsDomainCapabilities='None'; Status='Success'"],
      ['*', /^SMTPSubmit .*SMTPAcceptXProxyFrom$/, permissionsSet],
      ['>', greeting],
      ['<', `EHLO ${fqdn}`],
      [
        '>',
        hello(
          'SIZE 36700160 PIPELINING DSN ENHANCEDSTATUSCODES AUTH LOGIN PLAIN 8BITMIME CHUNKING SMTPUTF8 XPROXYFROM XPROXY',
        ),
      ],
      ['<', handOver],
      ['*', /^[0-9A-F]{16} 127\.0\.0\.1:\d+$/, 'Session handed over'],
      ['*', userPermissions, permissionsSet],
      ['>', '250 2.0.0 XProxy accepted'],
      ['<', 'MAIL FROM:<ana@sender.example>'],
      receiving,
      ['>', '250 2.1.0 Sender OK'],
      ['<', 'RCPT TO:<bob@partner.example>'],
      ['>', '250 2.1.5 Recipient OK'],
      ['<', /^BDAT \d+ LAST$/],
      ['>', queued],
      ['<', 'QUIT'],
      ['>', '221 2.0.0 Service closing transmission channel'],
      ['-', '', 'Local'],
    ])
  })

  test('the Transport service logs what it sent to the next hop', async () => {
    const [session = [], ...others] = await sessionsOf(relay, 'Hub', 'Send')
    expect(others).toEqual([])
    expectSession(session, toPartner(), partnerSession)
  })

  test('no log and no output holds a password, plain or in base64', async () => {
    const logged = await everythingLogged(relay)
    expect(secretsIn(logged)).toEqual([])
    expect(logged).not.toContain('the body of')
  })
})

describe('of role Edge', () => {
  let relay: RelayProcess
  const connector = (name: string, port: number, more: object) => ({
    ...{ Name: name, Bindings: `${address}:${port}`, RemoteIPRanges: '127.0.0.0/8' },
    ...{ TarpitInterval: '00:00:00.1', PermissionGroups: 'AnonymousUsers', ...more },
  })
  const anonymous =
    'SMTPSubmit SMTPAcceptAnySender SMTPAcceptAuthoritativeDomainSender AcceptRoutingHeaders'

  beforeAll(async () => {
    const connectors = [
      connector('Loud', 10025, verbose),
      connector('Quiet', 10026, {
        AuthMechanism: 'Tls, BasicAuth, BasicAuthRequireTLS',
        PermissionGroups: 'ExchangeUsers',
      }),
    ]
    const config = {
      Server: { ...Server, Role: 'Edge' },
      AcceptedDomains: [{ DomainName: 'partner.example' }],
      ReceiveConnectors: connectors,
      SendConnectors: [
        sendConnector(),
        {
          ...sendConnector(),
          ...{ Name: 'Quiet Send', AddressSpaces: 'quiet.example', ProtocolLoggingLevel: 'None' },
        },
      ],
      Users,
    }
    relay = await RelayProcess.start({ config: stringify(config), services: ['Transport'] })
    const delivered = lab.messageCount + 2
    const loud = await SmtpPeer.greeted({ host: address, port: 10025 })
    await submit(loud, { ...message, to: ['eve@elsewhere.example', ...message.to] })
    loud.socket.destroy()
    const quiet = await SmtpPeer.greeted({ host: address, port: 10026 })
    await quiet.startTls()
    await quiet.command('EHLO client.example')
    await quiet.command(authPlain('ana', 'correct horse'))
    await submit(quiet, { ...message, to: ['bob@quiet.example'] })
    await quiet.command('QUIT')
    await lab.received(delivered, AbortSignal.timeout(10_000))
    await relay.stop()
  })
  afterAll(() => relay[Symbol.asyncDispose]())

  test('the files of both logs have their names and header lines', async () => {
    await expectHeaders(relay, 'Edge')
  })

  test('the Transport service logs what it received, and nothing for ProtocolLoggingLevel None', async () => {
    const [session = [], ...others] = await sessionsOf(relay, 'Edge', 'Receive')
    expect(others).toEqual([])
    const fields = { connectorId: 'RELAY01\\Loud', local: at(10025), remote: anyPort }
    expectSession(session, fields, [
      ['+'],
      ['*', anonymous, permissionsSet],
      ['>', greeting],
      ['<', 'EHLO client.example'],
      [
        '>',
        hello(
          'SIZE 36700160 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME CHUNKING SMTPUTF8',
        ),
      ],
      ['<', 'MAIL FROM:<ana@sender.example>'],
      receiving,
      ['>', '250 2.1.0 Sender OK'],
      ['<', 'RCPT TO:<eve@elsewhere.example>'],
      ['*', "Tarpit for '0.00:00:00.1000000'"],
      ['>', '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain'],
      ['<', 'RCPT TO:<bob@partner.example>'],
      ['>', '250 2.1.5 Recipient OK'],
      ['<', 'DATA'],
      ['>', '354 Start mail input; end with <CRLF>.<CRLF>'],
      ['>', queued],
      ['-', '', 'Remote'],
    ])
  })

  test('the Transport service logs what it sent, and nothing for ProtocolLoggingLevel None', async () => {
    const [session = [], ...others] = await sessionsOf(relay, 'Edge', 'Send')
    expect(others).toEqual([])
    expectSession(session, toPartner(), partnerSession)
  })

  test('no log and no output holds a password, plain or in base64', async () => {
    expect(secretsIn(await everythingLogged(relay))).toEqual([])
  })
})
