import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Principal, SessionFacts } from '../../../src/message/message-sink.ts'
import type { Permission } from '../../../src/message/permission.ts'
import {
  formatXProxy,
  formatXProxyFrom,
  formatXProxyTo,
  parseXProxy,
  parseXProxyFrom,
  parseXProxyTo,
} from '../../../src/proxy/xproxy-command.ts'
import { reply } from '../../../src/smtp/reply.ts'
import { frontEndSession } from '../../support/incoming.ts'

const limits = { maxHeaderSize: 65_536, maxHopCount: 30, maxLocalHopCount: 8 }
const refused = reply('501 5.5.4 Invalid arguments')

const facts = (
  principal: Principal = { kind: 'Anonymous' },
  permissions: readonly Permission[] = ['SMTPSubmit', 'SMTPAcceptAnySender'],
): SessionFacts => ({
  ...frontEndSession,
  remote: { address: '::ffff:203.0.113.77', port: 50122 },
  principal,
  permissions: new Set(permissions),
})

const fromArgument = (changes: Readonly<Record<string, string | undefined>> = {}) => {
  const values: Readonly<Record<string, string | undefined>> = {
    SID: '08DD5A1122334401',
    IP: '203.0.113.77',
    PORT: '50122',
    DOMAIN: 'mx.lucerne.example',
    SEQNUM: '1',
    PERMS: '5',
    AUTHSRC: 'Anonymous',
    LIMITS: '65536,31,9',
    ...changes,
  }
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value ?? ''}`)
    .join(' ')
}

describe('handing a session over', () => {
  test('writes XPROXYFROM for an anonymous client', () => {
    expect(formatXProxy(facts(), limits)).toBe(
      'XPROXYFROM SID=08DD5A1122334401 IP=203.0.113.77 PORT=50122 DOMAIN=mx.lucerne.example SEQNUM=1 PERMS=5 AUTHSRC=Anonymous LIMITS=65536,31,9',
    )
  })

  test('writes XPROXY with the account for an authenticated client', () => {
    const user: Principal = { kind: 'User', userName: 'CORP\\ana+x', addresses: [] }
    expect(formatXProxy(facts(user, ['SMTPSubmit']), limits)).toBe(
      'XPROXY SID=08DD5A1122334401 IP=203.0.113.77 PORT=50122 DOMAIN=mx.lucerne.example PERMS=1 SECID=CORP\\ana+2Bx LIMITS=65536,31,9',
    )
  })

  test('marks a trusted server as of the organisation', () => {
    expect(formatXProxyFrom(facts({ kind: 'ExternallySecured' }), limits)).toMatch(
      / AUTHSRC=Organization /,
    )
    expect(formatXProxy(facts({ kind: 'ExchangeServer', name: 'EDGE7' }), limits)).toMatch(
      /^XPROXYFROM .* AUTHSRC=Organization /,
    )
  })

  test('gives back what was written', () => {
    const [, argument = ''] = /^XPROXYFROM (.*)$/.exec(formatXProxyFrom(facts(), limits)) ?? []
    expect(parseXProxyFrom(argument)).toEqual({
      client: {
        sessionId: '08DD5A1122334401',
        client: { address: '203.0.113.77', port: 50122 },
        helloName: 'mx.lucerne.example',
      },
      permissions: new Set(['SMTPSubmit', 'SMTPAcceptAnySender']),
      limits: { maxHeaderSize: 65_536, maxHopCount: 31, maxLocalHopCount: 9 },
      source: 'Anonymous',
    })
  })

  test('gives back the account of an authenticated client', () => {
    const user: Principal = { kind: 'User', userName: 'jürg=müller', addresses: [] }
    const argument = formatXProxy(facts(user), limits).slice('XPROXY '.length)
    expect(parseXProxy(argument)).toMatchObject({ userName: 'jürg=müller' })
  })

  test('takes a client that never said hello', () => {
    const argument = formatXProxyFrom({ ...facts(), helloName: '' }, limits).slice(
      'XPROXYFROM '.length,
    )
    expect(argument).not.toContain('DOMAIN')
    expect(parseXProxyFrom(argument)).toMatchObject({ client: { helloName: '' } })
  })

  test('never hands over the right to hand sessions over', () => {
    const server: Principal = { kind: 'ExchangeServer', name: 'EDGE7' }
    const command = formatXProxyFrom(facts(server, ['SMTPSubmit', 'SMTPAcceptXProxyFrom']), limits)
    expect(command).toContain(' PERMS=1 ')
    expect(parseXProxyFrom(fromArgument({ PERMS: String(1 + (1 << 11)) }))).toMatchObject({
      permissions: new Set(['SMTPSubmit']),
    })
  })

  test('no limit on local hops stays none', () => {
    const unlimited = { ...limits, maxLocalHopCount: 0 }
    const argument = formatXProxyFrom(facts(), unlimited).slice('XPROXYFROM '.length)
    expect(parseXProxyFrom(argument)).toMatchObject({ limits: { maxLocalHopCount: 0 } })
  })

  test('cuts a hello name that no host can have', () => {
    const argument = formatXProxyFrom({ ...facts(), helloName: 'x'.repeat(900) }, limits)
    expect(parseXProxyFrom(argument.slice('XPROXYFROM '.length))).toMatchObject({
      client: { helloName: 'x'.repeat(255) },
    })
  })

  test.each([
    ['nothing', ''],
    ['a missing session', fromArgument({ SID: undefined })],
    ['a session id in lower case', fromArgument({ SID: '08dd5a1122334401' })],
    ['a missing address', fromArgument({ IP: undefined })],
    ['a name for an address', fromArgument({ IP: 'mx.lucerne.example' })],
    ['a port too high', fromArgument({ PORT: '65536' })],
    ['a signed port', fromArgument({ PORT: '+2B25' })],
    ['missing rights', fromArgument({ PERMS: undefined })],
    ['rights that are no number', fromArgument({ PERMS: '0x5' })],
    ['rights beyond all bits', fromArgument({ PERMS: '4294967295' })],
    ['a second front end', fromArgument({ SEQNUM: '2' })],
    ['missing limits', fromArgument({ LIMITS: undefined })],
    ['a limit too few', fromArgument({ LIMITS: '65536,30' })],
    ['a limit too many', fromArgument({ LIMITS: '65536,30,8,1' })],
    ['a limit of nothing', fromArgument({ LIMITS: '0,30,8' })],
    ['an unknown source', fromArgument({ AUTHSRC: 'Partner' })],
    ['an unknown parameter', `${fromArgument()} EXTRA=1`],
    ['a repeated parameter', `${fromArgument()} PERMS=2047`],
    ['an account', `${fromArgument()} SECID=ana`],
    ['a hidden line end', fromArgument({ DOMAIN: 'a+0D+0AX-Spam:+20no' })],
    ['a word without a value', `${fromArgument()} SECID`],
    ['a hello name too long', fromArgument({ DOMAIN: 'x'.repeat(256) })],
    ['an endless list', `${fromArgument()}${' '.repeat(3000)}`],
  ])('refuses XPROXYFROM with %s', (_, argument) => {
    expect(parseXProxyFrom(argument)).toEqual(refused)
  })

  test.each([
    ['without an account', 'SID=08DD5A1122334401 IP=203.0.113.77 PORT=1 PERMS=1 LIMITS=1,1,0'],
    [
      'with an empty account',
      'SID=08DD5A1122334401 IP=203.0.113.77 PORT=1 PERMS=1 LIMITS=1,1,0 SECID=',
    ],
    [
      'with an endless account',
      `SID=08DD5A1122334401 IP=::1 PORT=1 PERMS=1 LIMITS=1,1,0 SECID=${'x'.repeat(321)}`,
    ],
  ])('refuses XPROXY %s', (_, argument) => {
    expect(parseXProxy(argument)).toEqual(refused)
  })
})

test('answers whatever a peer may send, and lets no control character through', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'SID=08DD5A1122334401',
      'IP=::1',
      'PORT=25',
      'PERMS=5',
      'SEQNUM=1',
      'SECID=a',
      'LIMITS=9,9,9',
    ),
    fc.constantFrom('AUTHSRC=Anonymous', 'CONNECTOR=c', 'DESTINATION=192.0.2.1'),
    fc.tuple(fc.constantFrom('DOMAIN', 'SECID', 'IP'), fc.string()).map((pair) => pair.join('=')),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 9 }), (words) => {
      for (const parse of [parseXProxy, parseXProxyFrom, parseXProxyTo]) {
        const result = parse(words.join(' '))
        if ('code' in result) expect(result).toEqual(refused)
        else expect(Object.values(result).join('')).not.toMatch(/[\x00-\x1f\x7f]/)
      }
    }),
  )
})

describe('asking the front end for a next hop', () => {
  const request = {
    destination: { address: '2001:db8::25', port: 25 },
    sessionId: '08DD5A1122334402',
    connector: 'To Internet',
    localAddress: '2001:db8::1',
  }

  test('writes XPROXYTO and reads it back', () => {
    const command = formatXProxyTo(request)
    expect(command).toBe(
      'XPROXYTO DESTINATION=2001:db8::25 PORT=25 SID=08DD5A1122334402 CONNECTOR=To+20Internet LOCALADDRESS=2001:db8::1',
    )
    expect(parseXProxyTo(command.slice('XPROXYTO '.length))).toEqual(request)
  })

  test.each([
    'PORT=25 SID=08DD5A1122334402 CONNECTOR=c',
    'DESTINATION=mx.example PORT=25 SID=08DD5A1122334402 CONNECTOR=c',
    'DESTINATION=192.0.2.1 PORT=0 SID=08DD5A1122334402 CONNECTOR=c',
    'DESTINATION=192.0.2.1 PORT=25 SID=1 CONNECTOR=c',
    'DESTINATION=192.0.2.1 PORT=25 SID=08DD5A1122334402',
    'DESTINATION=192.0.2.1 PORT=25 SID=08DD5A1122334402 CONNECTOR=c LOCALADDRESS=here',
  ])('refuses %s', (argument) => {
    expect(parseXProxyTo(argument)).toEqual(refused)
  })
})
