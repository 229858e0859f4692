import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type BenchOptions,
  deliveryBench,
  dnsQueue,
  MemoryLane,
  sendConnector,
  testCopy,
} from '../support/delivery-bench.ts'
import { FakeMx, type FakeMxOptions, type FakeSession } from '../support/fake-mx.ts'
import { testCertificate } from '../support/test-certificate.ts'

const never = new AbortController().signal
const zones = { 'good.test': { mx: ['10 mx.good.test'] }, 'mx.good.test': { a: ['127.0.0.1'] } }

let certificate: { key: string; cert: string }
beforeAll(async () => {
  certificate = await testCertificate(['mx.good.test', 'good.test'])
})

async function deliver(options: FakeMxOptions, bench: BenchOptions = {}) {
  await using fake = await FakeMx.start(options)
  const connector = { Port: fake.port, ...bench.connector }
  await using whole = deliveryBench({ zones, ...bench, connector })
  const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(['a@good.test'])])
  const result = await whole.delivery.serve(lane, never)
  return { fake, lane, result, whole, error: 'error' in result ? result.error : '' }
}

describe('opportunistic TLS', () => {
  test('is used where it is offered, whatever the certificate', async () => {
    const { fake } = await deliver({ tls: certificate })
    expect(fake.messages).toHaveLength(1)
    expect(fake.sessions[0]?.secured).toBe(true)
  })

  const offering = (answer: string): FakeMxOptions => ({
    capabilities: ['STARTTLS'],
    answers: { STARTTLS: answer },
  })
  test.each([
    ['drops after STARTTLS', offering('drop'), 2],
    ['has no certificate to shake hands with', { tls: { key: '', cert: '' } }, 2],
    ['refuses STARTTLS', offering('454 4.7.0 Not now'), 1],
  ])('gives way to clear text when the peer %s', async (_, options, sessions) => {
    const { fake, lane } = await deliver(options)
    expect(lane.results).toEqual(['delivered a@good.test 250 2.6.0 Queued'])
    expect(fake.sessions).toHaveLength(sessions)
  })

  const leaving = (secured: (session: FakeSession) => boolean): FakeMxOptions => ({
    tls: certificate,
    answers: {
      EHLO: (_, session) => (secured(session) ? 'drop' : '250-fake.example\r\n250 STARTTLS'),
    },
  })

  test('gives way to clear text when the peer leaves at the first word over it', async () => {
    const { fake, lane } = await deliver(leaving(({ secured }) => secured))
    expect(lane.results).toEqual(['delivered a@good.test 250 2.6.0 Queued'])
    expect(fake.sessions.map(({ secured }) => secured)).toEqual([true, false])
  })

  test('is not blamed for a peer that leaves at the first word in clear', async () => {
    const { fake, error } = await deliver(leaving(() => true))
    expect(error).toContain('Connection dropped at hello')
    expect(fake.sessions).toHaveLength(1)
  })

  test('is not tried again soon with a host where it failed', async () => {
    await using fake = await FakeMx.start({
      capabilities: ['STARTTLS'],
      answers: { STARTTLS: 'drop' },
    })
    const connector = { Port: fake.port, SmtpMaxMessagesPerConnection: 1 }
    await using whole = deliveryBench({ zones, connector })
    for (let count = 0; count < 2; count++)
      await whole.delivery.serve(
        new MemoryLane(dnsQueue('good.test'), [testCopy(['a@good.test'])]),
        never,
      )
    expect(fake.messages).toHaveLength(2)
    expect(fake.lines.filter((line) => line === 'STARTTLS')).toHaveLength(1)
  })

  test('is left alone under IgnoreSTARTTLS and ForceHELO', async () => {
    const ignoring = await deliver({ tls: certificate }, { connector: { IgnoreSTARTTLS: true } })
    expect(ignoring.fake.sessions[0]?.secured).toBe(false)
    const forced = await deliver({ tls: certificate }, { connector: { ForceHELO: true } })
    expect(forced.fake.lines[0]).toBe('HELO edge.test')
    expect(forced.fake.messages).toHaveLength(1)
  })
})

describe('required TLS', () => {
  const required = (settings = {}) => ({ connector: { RequireTLS: true, ...settings } })

  test('keeps mail in the queue when it is not offered or fails', async () => {
    const absent = await deliver({}, required())
    expect(absent.error).toBe('451 5.7.3 STARTTLS is required to send mail')
    const options = { capabilities: ['STARTTLS'], answers: { STARTTLS: 'drop' } }
    const failing = await deliver(options, required())
    expect(failing.error).toBe(
      '451 5.7.3 STARTTLS is required to send mail; TLS negotiation failed: the peer closed the connection',
    )
    expect(failing.fake.sessions).toHaveLength(1)
    expect(failing.fake.messages).toHaveLength(0)
  })

  test('takes any certificate at EncryptionOnly', async () => {
    const { fake } = await deliver(
      { tls: certificate },
      required({ TlsAuthLevel: 'EncryptionOnly' }),
    )
    expect(fake.messages).toHaveLength(1)
  })

  test('takes a trusted chain only at CertificateValidation', async () => {
    const level = required({ TlsAuthLevel: 'CertificateValidation' })
    const refused = await deliver({ tls: certificate }, level)
    expect(refused.error).toContain(
      '454 4.7.5 Certificate validation failure, Reason:UntrustedRoot',
    )
    const trusting = { ...level, trustedCertificates: [certificate.cert] }
    expect((await deliver({ tls: certificate }, trusting)).fake.messages).toHaveLength(1)
  })

  test.each([
    ['', 1],
    ['mx.good.test', 1],
    ['*.good.test', 1],
    ['other.test', 0],
    ['*.other.test', 0],
  ])(
    'compares the certificate with TlsDomain "%s" at DomainValidation',
    async (TlsDomain, count) => {
      const { fake, error } = await deliver(
        { tls: certificate },
        {
          ...required({ TlsAuthLevel: 'DomainValidation', TlsDomain }),
          trustedCertificates: [certificate.cert],
        },
      )
      expect(fake.messages).toHaveLength(count)
      if (count === 0) expect(error).toContain('Reason:SubjectMismatch')
    },
  )

  test('says so when TlsCertificateName names no certificate', async () => {
    const { error } = await deliver(
      { tls: certificate },
      required({ TlsCertificateName: '<I>CN=x<S>CN=y' }),
    )
    expect(error).toMatch(/^454 4.7.5 The certificate specified in TlsCertificateName/)
  })
})

describe('a TLS session', () => {
  const single = { SmtpMaxMessagesPerConnection: 1 }
  const names = { level: 'DomainValidation', TlsDomain: 'mx.good.test' }
  const requiring = ({ level, TlsDomain }: typeof names) => ({
    ...{ ...single, RequireTLS: true, TlsAuthLevel: level },
    ...(level === 'DomainValidation' && { TlsDomain }),
  })

  /** Delivers one message under each of the settings in turn; says for each whether it resumed. */
  async function inTurn(fake: FakeMx, settings: readonly object[], trusting = true) {
    const first = { Port: fake.port, ...settings[0] }
    const trustedCertificates = trusting ? [certificate.cert] : []
    await using whole = deliveryBench({ zones, connector: first, trustedCertificates })
    for (const changed of settings) {
      whole.connectors.set([sendConnector({ Port: fake.port, ...changed })])
      const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(['a@good.test'])])
      await whole.delivery.serve(lane, never)
    }
    await fake.until(() => fake.sessions.every(({ closed }) => closed))
    return fake.sessions.map(({ resumed }) => resumed)
  }

  test('is resumed by the next connection to the same host', async () => {
    await using fake = await FakeMx.start({ tls: certificate })
    expect(await inTurn(fake, [single, single, single])).toEqual([false, true, true])
    expect(fake.messages).toHaveLength(3)
  })

  test('is judged by its own certificate when it is resumed', async () => {
    await using fake = await FakeMx.start({ tls: certificate })
    expect(await inTurn(fake, [requiring(names), requiring(names)])).toEqual([false, true])
    expect(fake.messages).toHaveLength(2)
  })

  test.each([
    ['nobody looked at the certificate', single, requiring(names)],
    [
      'another name was asked for',
      requiring({ ...names, TlsDomain: 'good.test' }),
      requiring(names),
    ],
    [
      'only the chain was looked at',
      requiring({ ...names, level: 'CertificateValidation' }),
      requiring(names),
    ],
  ])('is not resumed where %s at its beginning', async (_, before, after) => {
    await using fake = await FakeMx.start({ tls: certificate })
    expect(await inTurn(fake, [before, after])).toEqual([false, false])
    expect(fake.messages).toHaveLength(2)
  })

  test('with a certificate that was refused is not kept', async () => {
    await using fake = await FakeMx.start({ tls: certificate })
    const resumed = await inTurn(fake, [requiring(names), requiring(names)], false)
    expect(resumed).toEqual([false, false])
    expect(fake.messages).toHaveLength(0)
  })

  test('that the peer stumbles over is followed by a handshake from scratch', async () => {
    let stumbles = 0
    await using fake = await FakeMx.start({
      tls: certificate,
      answers: {
        STARTTLS: (_, session) => {
          const again = fake.sessions.indexOf(session) === 1
          if (again) stumbles++
          return again ? 'drop' : '220 2.0.0 Go ahead'
        },
      },
    })
    expect(await inTurn(fake, [single, single])).toEqual([false, undefined, false])
    expect(stumbles).toBe(1)
    expect(fake.sessions.map(({ secured }) => secured)).toEqual([true, false, true])
    expect(fake.messages).toHaveLength(2)
  })
})

describe('authentication at a smart host', () => {
  const login = {
    capabilities: ['AUTH PLAIN'],
    answers: {
      AUTH: (line: string) =>
        line === `AUTH PLAIN ${Buffer.from('\0relay\0s3cret').toString('base64')}`
          ? '235 2.7.0 OK'
          : '535 5.7.3 Authentication unsuccessful',
    },
  }
  const smart = (settings: object) => ({
    connector: {
      DNSRoutingEnabled: false,
      SmartHosts: 'mx.good.test',
      SmartHostAuthMechanism: 'BasicAuth',
      AuthenticationCredential: { UserName: 'relay', Password: 's3cret' },
      ...settings,
    },
  })

  test('comes before the first message', async () => {
    const { fake, lane } = await deliver(login, smart({}))
    expect(lane.results).toEqual(['delivered a@good.test 250 2.6.0 Queued'])
    expect(fake.lines[1]).toMatch(/^AUTH PLAIN/)
  })

  test('takes the password from the first line of PasswordFile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'credential-'))
    const PasswordFile = join(folder, 'password')
    await writeFile(PasswordFile, 's3cret\n')
    const { fake } = await deliver(
      login,
      smart({ AuthenticationCredential: { UserName: 'relay', PasswordFile } }),
    )
    await rm(folder, { recursive: true })
    expect(fake.messages).toHaveLength(1)
  })

  test.each([
    ['a wrong password', { Password: 'wrong' }, '"535 5.7.3 Authentication unsuccessful."'],
    [
      'a password file that is gone',
      { PasswordFile: '/nonexistent/p' },
      'PasswordFile cannot be read',
    ],
  ])('keeps mail in the queue for %s', async (_, secret, text) => {
    const AuthenticationCredential = { UserName: 'relay', ...secret }
    const { error, lane } = await deliver(login, smart({ AuthenticationCredential }))
    expect(error).toContain(text)
    expect(lane.returned).toHaveLength(1)
  })

  const echoes = {
    'the line': (line: string) => line,
    'the password': () => 's3cret/word',
    'the password in BASE64': () => Buffer.from('s3cret/word').toString('base64'),
    'the line, cut off': (line: string) => line.slice(0, -4),
  }
  test.each(
    Object.entries(echoes).flatMap(([what, echo]) =>
      ['LOGIN', 'PLAIN'].flatMap((offered) =>
        ['refusal', 'broken reply'].map((how) => [what, offered, how, echo] as const),
      ),
    ),
  )('repeats %s of AUTH %s in a %s, and nobody sees it', async (_, offered, how, echo) => {
    const password = Buffer.from('s3cret/word').toString('base64')
    const refusal = (line: string) =>
      how === 'refusal' ? `535-5.7.8 no ${echo(line)}\r\n535 5.7.8 ${echo(line)}` : echo(line)
    const AUTH = (line: string) => (line === 'AUTH LOGIN' ? '334 VXNlcm5hbWU6' : refusal(line))
    const name = Buffer.from('relay').toString('base64').toUpperCase()
    const answers = { AUTH, [name]: '334 UGFzc3dvcmQ6', [password.toUpperCase()]: refusal }
    const AuthenticationCredential = { UserName: 'relay', Password: 's3cret/word' }
    const told: string[] = []
    const options = smart({ AuthenticationCredential, ProtocolLoggingLevel: 'Verbose' })
    const { error, whole } = await deliver(
      { capabilities: [`AUTH ${offered}`], answers },
      { ...options, logger: pino({}, { write: (line: string) => told.push(line) }) },
    )
    expect(error).toContain('<authentication response>')
    const logs = [error, ...told, ...whole.protocolLog.records]
    const seen = [...logs, ...whole.connectivityLog.records].join('\n').toLowerCase()
    for (const secret of ['s3cret', password.slice(0, 8), 'ahjlbgf5ahmz'])
      expect(seen).not.toContain(secret.toLowerCase())
  })

  test('keeps mail in the queue when the smart host offers none', async () => {
    const { error } = await deliver({}, smart({}))
    expect(error).toContain('the peer offers neither AUTH LOGIN nor AUTH PLAIN')
  })

  describe('under BasicAuthRequireTLS', () => {
    const mechanism = { SmartHostAuthMechanism: 'BasicAuthRequireTLS' }

    test('never shows the password in clear', async () => {
      const { error, fake } = await deliver(login, smart(mechanism))
      expect(error).toBe('451 5.7.3 STARTTLS is required to send mail')
      expect(fake.lines.some((line) => line.startsWith('AUTH'))).toBe(false)
    })

    test('shows it only to a trusted holder of the smart host’s name', async () => {
      const secured = { ...login, tls: certificate }
      const stranger = await deliver(secured, smart(mechanism))
      expect(stranger.fake.lines.some((line) => line.startsWith('AUTH'))).toBe(false)
      const trusted = { ...smart(mechanism), trustedCertificates: [certificate.cert] }
      expect((await deliver(secured, trusted)).fake.messages).toHaveLength(1)
      const misnamed = {
        ...smart({ ...mechanism, SmartHosts: '127.0.0.1' }),
        trustedCertificates: [certificate.cert],
      }
      expect((await deliver(secured, misnamed)).error).toContain('Reason:SubjectMismatch')
    })
  })
})
