import { describe, expect, test } from 'vitest'
import { doAll, doAtOnce } from '../../../src/base/steps.ts'
import type { DirectoryRecipient } from '../../../src/directory/directory.ts'
import { resolveRecipients } from '../../../src/pipeline/recipient-resolution.ts'
import type { CopyRecipient } from '../../../src/queue/stored-message.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeDirectory, group, mailbox, remote } from '../../support/fake-directory.ts'
import { routingTables } from '../../support/routing-tables.ts'

const { acceptedDomains } = routingTables(
  ['contoso.example', { DomainName: 'relay.example', DomainType: 'InternalRelay' }],
  [],
)

const notFound =
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'
const loop = '550 5.4.6 RESOLVER.FWD.Loop; there is a forwarding loop configured in the directory'
const empty = '550 5.1.1 RESOLVER.GRP.Empty; the distribution group has no members'

const recipients = (...addresses: readonly string[]) => addresses.map((address) => ({ address }))

async function resolve(
  known: readonly DirectoryRecipient[] | FakeDirectory,
  asked: readonly CopyRecipient[],
) {
  const directory = known instanceof FakeDirectory ? known : new FakeDirectory(known)
  return await doAll(
    resolveRecipients(asked, { directory, acceptedDomains, clock: new FakeClock() }),
  )
}

/** Who gets the mail, and the replies to those who do not. */
async function outcome(known: readonly DirectoryRecipient[], ...addresses: readonly string[]) {
  const { recipients: found, failed } = await resolve(known, recipients(...addresses))
  return [
    ...found.map(({ address }) => address),
    ...failed.map(({ recipient, reply }) => `${recipient.address}: ${reply}`),
  ]
}

const julie = mailbox('julie@contoso.example', 'j@contoso.example')
const david = remote('david@contoso.example', 'david@contoso.onmail.example')
const everybody = group('all@contoso.example', 'julie@contoso.example', 'david@contoso.example')

test.each<[string, readonly DirectoryRecipient[], readonly string[], readonly string[]]>([
  ['a known recipient stays', [julie], ['julie@contoso.example'], ['julie@contoso.example']],
  [
    'an alias becomes the primary address',
    [julie],
    ['J@Contoso.Example'],
    ['julie@contoso.example'],
  ],
  [
    'a target address takes its place',
    [david],
    ['david@contoso.example'],
    ['david@contoso.onmail.example'],
  ],
  ['nobody knows him', [julie], ['x@contoso.example'], [`x@contoso.example: ${notFound}`]],
  [
    'postmaster is always there',
    [julie],
    ['Postmaster@contoso.example'],
    ['Postmaster@contoso.example'],
  ],
  ['a relay domain may have others', [julie], ['x@relay.example'], ['x@relay.example']],
  ['strangers are not looked up', [julie], ['x@far.test'], ['x@far.test']],
  [
    'a group is its members',
    [julie, david, everybody],
    ['all@contoso.example'],
    ['julie@contoso.example', 'david@contoso.onmail.example'],
  ],
  [
    'who is in two groups, and named, gets one copy',
    [julie, david, everybody, group('two@contoso.example', 'j@contoso.example', 'x@far.test')],
    ['JULIE@contoso.example', 'all@contoso.example', 'two@contoso.example'],
    ['JULIE@contoso.example', 'x@far.test', 'david@contoso.onmail.example'],
  ],
  [
    'groups in groups, and in one another',
    [
      julie,
      group('a@contoso.example', 'b@contoso.example', 'x@far.test'),
      group('b@contoso.example', 'a@contoso.example', 'julie@contoso.example'),
    ],
    ['a@contoso.example', 'b@contoso.example'],
    ['x@far.test', 'julie@contoso.example'],
  ],
  [
    'a group without anybody',
    [group('none@contoso.example')],
    ['none@contoso.example', 'x@far.test'],
    ['x@far.test', `none@contoso.example: ${empty}`],
  ],
  [
    'a group of itself alone',
    [group('self@contoso.example', 'self@contoso.example')],
    ['self@contoso.example'],
    [`self@contoso.example: ${empty}`],
  ],
  [
    'an unknown member of a group fails alone',
    [julie, group('g@contoso.example', 'gone@contoso.example', 'julie@contoso.example')],
    ['g@contoso.example'],
    ['julie@contoso.example', `gone@contoso.example: ${notFound}`],
  ],
  [
    'target addresses that lead to one another',
    [
      remote('a@contoso.example', 'b@contoso.example'),
      remote('b@contoso.example', 'a@contoso.example'),
    ],
    ['a@contoso.example'],
    [`b@contoso.example: ${loop}`],
  ],
  [
    'a target address of a target address',
    [remote('a@contoso.example', 'b@contoso.example'), remote('b@contoso.example', 'c@far.test')],
    ['a@contoso.example'],
    ['c@far.test'],
  ],
  [
    'a contact who is known by the target address alone',
    [remote('c@relay.example', 'c@relay.example')],
    ['c@relay.example'],
    ['c@relay.example'],
  ],
])('%s', async (_, known, addresses, expected) => {
  expect(await outcome(known, ...addresses)).toEqual(expected)
})

test('a moderated recipient is refused, for nobody is here to moderate', async () => {
  const closed = { ...everybody, moderated: true }
  expect(await outcome([julie, david, closed], 'all@contoso.example')).toEqual([
    'all@contoso.example: 550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized: the recipient is moderated, and there is no moderation here',
  ])
})

test('the address that the sender knows goes along as ORCPT, unless the sender gave one', async () => {
  const { recipients: found } = await resolve(
    [julie, david, everybody],
    [
      { address: 'j@contoso.example', notify: ['SUCCESS'] },
      { address: 'david@contoso.example', originalRecipient: 'rfc822;dave@old.example' },
    ],
  )
  expect(found).toEqual([
    {
      address: 'julie@contoso.example',
      originalRecipient: 'rfc822;j@contoso.example',
      notify: ['SUCCESS'],
    },
    { address: 'david@contoso.onmail.example', originalRecipient: 'rfc822;dave@old.example' },
  ])
})

test('tells each step in the words of the tracking log', async () => {
  const { steps } = await resolve(
    [julie, david, everybody],
    recipients('all@contoso.example', 'j@contoso.example'),
  )
  expect(steps).toEqual([
    {
      event: 'EXPAND',
      from: 'all@contoso.example',
      to: ['julie@contoso.example', 'david@contoso.example'],
    },
    { event: 'RESOLVE', from: 'j@contoso.example', to: ['julie@contoso.example'] },
    {
      event: 'REDIRECT',
      from: 'david@contoso.example',
      to: ['david@contoso.onmail.example'],
    },
  ])
})

describe('once more', () => {
  test.each([
    ['a target address in a domain of its own', 'david@contoso.onmail.example'],
    ['a target address in an authoritative domain, which nobody has', 'david@contoso.example2'],
  ])('%s stays', async (_, target) => {
    const tables = routingTables(['contoso.example', 'contoso.example2'], [])
    const directory = new FakeDirectory([remote('david@contoso.example', target)])
    const parts = { directory, acceptedDomains: tables.acceptedDomains, clock: new FakeClock() }
    const first = await doAll(resolveRecipients(recipients('david@contoso.example'), parts))
    const second = await doAll(resolveRecipients(first.recipients, parts))
    expect(second.recipients).toEqual(first.recipients)
    expect(second.recipients.map(({ address }) => address)).toEqual([target])
    expect(second.steps).toEqual([])
  })
})

describe('a directory that is away', () => {
  test('puts off those of its domains, and nobody else', async () => {
    const directory = new FakeDirectory([julie])
    directory.away = 'connection refused'
    const { recipients: found, deferred } = await resolve(
      directory,
      recipients('julie@contoso.example', 'x@far.test'),
    )
    expect(found).toEqual(recipients('x@far.test'))
    expect(deferred).toEqual([
      {
        address: 'julie@contoso.example',
        lastError: '451 4.4.3 RESOLVER.ADR.DirectoryUnavailable; connection refused',
      },
    ])
  })
})

describe('at once', () => {
  const atOnce = (directory: FakeDirectory, address: string) =>
    doAtOnce(
      resolveRecipients(recipients(address), {
        directory,
        acceptedDomains,
        clock: new FakeClock(),
      }),
    )

  test('is what is in memory', () => {
    expect(atOnce(new FakeDirectory([julie]), 'j@contoso.example')?.recipients).toHaveLength(1)
  })

  test('is no group, which may be large', () => {
    expect(atOnce(new FakeDirectory([julie, everybody]), 'all@contoso.example')).toBeUndefined()
  })

  test('is nothing that has to be asked for', () => {
    const directory = new FakeDirectory([julie])
    directory.isSlow = true
    expect(atOnce(directory, 'j@contoso.example')).toBeUndefined()
  })
})

test('a large group in a large group is expanded with rests, and each member comes once', async () => {
  const members = Array.from({ length: 5000 }, (_, at) => `m${at}@far.test`)
  const inner = group('inner@contoso.example', ...members)
  const outer = group('outer@contoso.example', 'inner@contoso.example', ...members.slice(0, 100))
  const { recipients: found } = await resolve([inner, outer], recipients('outer@contoso.example'))
  expect(found).toHaveLength(5000)
})
