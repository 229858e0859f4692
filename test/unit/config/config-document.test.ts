import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ConfigDocument, UnchangeableFile } from '../../../src/config/config-document.ts'

const edge = await readFile(new URL('../../../config/edge.yaml', import.meta.url), 'utf8')

/** The lines that differ, as a diff shows them. */
function difference(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${line.trim()}`)
  const come = now.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`)
  return [...gone, ...come]
}

test('changes the lines that were asked for and no others', () => {
  const document = new ConfigDocument(edge)
  document.changeEntry('ReceiveConnectors', 0, { Name: 'Outside', MaxMessageSize: '50MB' })
  expect(difference(edge, document.text)).toEqual([
    '- - Name: From Internet',
    '+ - Name: Outside',
    '+ MaxMessageSize: 50MB',
  ])
})

test('adds an entry below the others, with blank lines where they have them', () => {
  const document = new ConfigDocument(edge)
  document.addEntry('SendConnectors', { Name: 'To Edge', AddressSpaces: ['SMTP:*;1'] })
  expect(document.text).toContain(
    `      PasswordFile: secrets/to-internal-org

  - Name: To Edge
    AddressSpaces: [SMTP:*;1]

# The account that`,
  )
  expect(document.text.replace('  - Name: To Edge\n    AddressSpaces: [SMTP:*;1]\n\n', '')).toBe(
    edge,
  )
})

test('takes an entry out with the comment above it', () => {
  const document = new ConfigDocument(edge)
  document.removeEntry('ReceiveConnectors', 1)
  expect(document.text).not.toContain('From Internal Org\n')
  expect(document.text).not.toContain('The Mailbox servers, at the inner address')
  expect(document.text).toContain(
    `    PermissionGroups: [AnonymousUsers, ExchangeServers, Partners]

SendConnectors:`,
  )
})

test('makes a section that is missing, and empties one that is left without entries', () => {
  const document = new ConfigDocument(edge)
  document.changeSection('TransportConfig', { ExternalDsnSendHtml: 'false' })
  expect(document.text).toBe(`${edge}\nTransportConfig:\n  ExternalDsnSendHtml: false\n`)
  document.changeSection('TransportConfig', { ExternalDsnSendHtml: undefined })
  document.removeEntry('AcceptedDomains', 0)
  expect(document.text).toContain('\nAcceptedDomains: []\n')
  document.addEntry('AcceptedDomains', { DomainName: '*.example' })
  expect(document.text).toContain("\nAcceptedDomains:\n  - DomainName: '*.example'\n")
})

const odd = `\
server: { Name: E, role: Edge } # who we are
Users:
    -   UserName: anna   # trailing
        groups:   ExchangeUsers, Partners   # both
        # on a line of its own
        PasswordHash: "x"
    # after the last
sendconnectors: [{ Name: All, AddressSpaces: '*' }]
`

test('keeps comments, quotes, comma lists and the spelling of keys where it changes an entry', () => {
  const document = new ConfigDocument(odd)
  document.changeEntry('Users', 0, { Groups: ['ExchangeUsers'], PasswordHash: 'y' })
  expect(document.text).toBe(
    odd
      .replace('anna   #', 'anna #')
      .replace('  ExchangeUsers, Partners   #', 'ExchangeUsers #')
      .replace('"x"', '"y"')
      .replace('groups: Ex', 'groups: Ex'),
  )
})

test('changes a list in brackets in place', () => {
  const document = new ConfigDocument(odd)
  document.changeEntry('SendConnectors', 0, { AddressSpaces: ['a.example', 'b.example'] })
  document.changeSection('Server', { Name: 'F' })
  expect(document.text).toContain('server: { Name: F, role: Edge } # who we are\n')
  expect(document.text).toMatch(/AddressSpaces: \[ a\.example, b\.example \] \}\]/)
  expect(document.text).toContain('# after the last')
})

test.each([
  '',
  '~',
  '$null',
  'true',
  '007',
  '*',
  '- a',
  'a: b',
  'a #b',
  "it's",
  ' spaced ',
  '@x',
  '{}',
])('reads back the value %j as it was given', (value) => {
  const document = new ConfigDocument('Users: []\n')
  document.addEntry('Users', { UserName: 'x', Password: value })
  document.changeEntry('Users', 0, { UserName: value })
  expect(document.text).toContain('Users:')
})

test('keeps line ends of Windows', () => {
  const document = new ConfigDocument('Server:\r\n  Name: E # me\r\n')
  document.changeSection('Server', { Fqdn: 'e.example' })
  document.addEntry('AcceptedDomains', { DomainName: 'a.example' })
  expect(document.text).toBe(
    'Server:\r\n  Name: E # me\r\n  Fqdn: e.example\r\n\r\nAcceptedDomains:\r\n  - DomainName: a.example\r\n',
  )
})

test('refuses a change that would change something else by an alias', () => {
  const text = 'Users:\n  - &a { UserName: x, PasswordHash: y }\n  - *a\n'
  const document = new ConfigDocument(text)
  expect(() => document.changeEntry('Users', 0, { UserName: 'z' })).toThrow(UnchangeableFile)
  expect(document.text).toBe(text)
})
