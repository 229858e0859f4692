import { expect, test } from 'vitest'
import { permissionNames } from '../../../../src/message/permission.ts'
import {
  type ExtensionFacts,
  announcedExtensions,
} from '../../../../src/receive/session/extensions.ts'
import { testConnector } from '../../../support/receiving-server.ts'

const always = ['SIZE 36700160', 'PIPELINING', 'DSN', 'ENHANCEDSTATUSCODES']
const last = ['8BITMIME', 'CHUNKING', 'SMTPUTF8']
const server = new Set(permissionNames)

test.each<[string, string, Partial<ExtensionFacts>, string[]]>([
  ['Tls in clear', 'Tls', {}, ['STARTTLS']],
  ['Tls within TLS', 'Tls', { encrypted: true }, []],
  ['Tls without a certificate', 'Tls', { tlsAvailable: false }, []],
  ['BasicAuth in clear', 'Tls, BasicAuth', {}, ['STARTTLS', 'AUTH LOGIN PLAIN']],
  ['BasicAuthRequireTLS in clear', 'Tls, BasicAuth, BasicAuthRequireTLS', {}, ['STARTTLS']],
  [
    'BasicAuthRequireTLS within TLS',
    'Tls, BasicAuth, BasicAuthRequireTLS',
    { encrypted: true },
    ['AUTH LOGIN PLAIN'],
  ],
  ['BasicAuth after it', 'BasicAuth', { authenticated: true }, []],
  ['ExchangeServer in clear', 'Tls, ExchangeServer', {}, ['STARTTLS', 'X-ANONYMOUSTLS']],
  [
    'ExchangeServer without a certificate',
    'Tls, ExchangeServer',
    { tlsAvailable: false },
    ['X-ANONYMOUSTLS'],
  ],
  ['ExternalAuthoritative', 'ExternalAuthoritative', {}, []],
])('%s', (_, AuthMechanism, facts, expected) => {
  const announced = announcedExtensions({
    connector: testConnector({ AuthMechanism }),
    tlsAvailable: true,
    encrypted: false,
    authenticated: false,
    permissions: new Set(),
    tunnels: false,
    ...facts,
  })
  expect(announced).toEqual([...always, ...expected, ...last])
})

test('hand-over and tunnels are offered to our own services only', () => {
  const facts = {
    connector: testConnector(),
    tlsAvailable: true,
    encrypted: true,
    authenticated: false,
    tunnels: true,
  }
  expect(announcedExtensions({ ...facts, permissions: new Set() })).toEqual([...always, ...last])
  expect(announcedExtensions({ ...facts, permissions: server })).toEqual([
    ...always,
    ...last,
    'XPROXYFROM',
    'XPROXY',
    'XPROXYTO',
  ])
})

test('SuppressXAnonymousTls hides X-ANONYMOUSTLS', () => {
  const connector = testConnector({ AuthMechanism: 'ExchangeServer', SuppressXAnonymousTls: true })
  const facts = { connector, tlsAvailable: true, encrypted: false, authenticated: false }
  const announced = announcedExtensions({ ...facts, permissions: new Set(), tunnels: false })
  expect(announced).not.toContain('X-ANONYMOUSTLS')
})
