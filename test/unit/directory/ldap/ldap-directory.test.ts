import { describe, expect, test } from 'vitest'
import { directorySchema } from '../../../../src/directory/directory-schema.ts'
import {
  type LdapConnection,
  type LdapEntry,
  LdapFailure,
  type LdapQuery,
  escaped,
} from '../../../../src/directory/ldap/ldap-connection.ts'
import { LdapDirectory } from '../../../../src/directory/ldap/ldap-directory.ts'
import { addressQuery } from '../../../../src/directory/ldap/ldap-recipient.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const settings = (more: Readonly<Record<string, unknown>> = {}) => {
  const given = { Url: 'ldaps://dc1.contoso.test', BaseDn: 'DC=contoso', ...more }
  const { Ldap } = directorySchema.parse({ Ldap: given })
  if (Ldap === undefined) throw new Error('no settings')
  return Ldap
}

const entry = (dn: string, attributes: Readonly<Record<string, readonly string[]>>): LdapEntry => ({
  dn,
  attributes: new Map(
    Object.entries(attributes).map(([name, values]) => [name.toLowerCase(), values]),
  ),
})

type Answer = (query: LdapQuery) => readonly LdapEntry[]

function scene(answer: Answer, cacheTime = 300_000) {
  const clock = new FakeClock()
  const lines: string[] = []
  const tell = (message: string) => void lines.push(message)
  const state = { answer, opened: 0, asked: 0, refuses: false, backs: 0 }
  const open = (): Promise<LdapConnection> => {
    if (state.refuses) return Promise.reject(new LdapFailure('connect ECONNREFUSED', true))
    state.opened++
    let isOpen = true
    return Promise.resolve({
      get isOpen() {
        return isOpen
      },
      search: async (query) => {
        await Promise.resolve()
        state.asked++
        return state.answer(query)
      },
      bind: () => Promise.resolve(false),
      pages: () => {
        throw new Error('not asked for')
      },
      close: () => {
        isOpen = false
      },
    })
  }
  const log = { info: tell, warn: tell, error: tell }
  const onBack = () => {
    state.backs++
  }
  const directory = new LdapDirectory({ settings: settings(), cacheTime, clock, log, open, onBack })
  return { directory, clock, lines, state }
}

const alice = entry('CN=Alice', { mail: ['alice@contoso.test'], objectClass: ['user'] })
const away = () => {
  throw new LdapFailure('connection reset', true)
}

describe('an LDAP directory', () => {
  test('answers what it knows at once, until its time is over', async () => {
    const { directory, clock, state } = scene(({ filter }) =>
      filter.includes('alice') ? [alice] : [],
    )
    await directory.find('alice@contoso.test')
    await directory.find('nobody@contoso.test')
    expect(directory.find('ALICE@contoso.test')).toMatchObject({ kind: 'found' })
    expect(directory.find('nobody@contoso.test')).toEqual({ kind: 'unknown' })
    expect(state.asked).toBe(2)
    // Somebody new is not refused for long.
    clock.advance(61_000)
    expect(directory.find('nobody@contoso.test')).toBeInstanceOf(Promise)
    expect(directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
    clock.advance(240_000)
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
    expect(state.asked).toBe(4)
  })

  test('asks once for what several want to know at a time', async () => {
    const { directory, state } = scene(() => [alice])
    await Promise.all([1, 2, 3].map(async () => await directory.find('alice@contoso.test')))
    expect(state.asked).toBe(1)
    expect(state.opened).toBe(1)
  })

  test('keeps fifty thousand guesses at most, and no known one goes for them', async () => {
    const { directory, state } = scene(({ filter }) => (filter.includes('alice') ? [alice] : []))
    await directory.find('alice@contoso.test')
    for (let guess = 0; guess <= 50_000; guess++) await directory.find(`guess${guess}@contoso.test`)
    expect(directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
    expect(directory.find('guess50000@contoso.test')).toEqual({ kind: 'unknown' })
    expect(directory.find('guess0@contoso.test')).toBeInstanceOf(Promise)
    expect(state.opened).toBe(1)
  })

  test('asks a server that is away once after each pause, and tells of it once', async () => {
    const { directory, clock, state, lines } = scene(() => [alice])
    state.refuses = true
    const answers = await Promise.all(
      [1, 2, 3].map(async (n) => await directory.find(`x${n}@contoso.test`)),
    )
    expect(answers[2]).toEqual({
      kind: 'unavailable',
      reason: 'ldaps://dc1.contoso.test: connect ECONNREFUSED',
    })
    state.refuses = false
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'unavailable' })
    expect(state).toMatchObject({ opened: 0, backs: 0 })
    clock.advance(1001)
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
    expect(state.backs).toBe(1)
    expect(lines).toEqual([
      'the directory cannot be asked (ldaps://dc1.contoso.test: connect ECONNREFUSED); recipients that are not known from before are answered 451',
      'the directory answers again (ldaps://dc1.contoso.test)',
    ])
  })

  test('asks by a fresh connection once more when a kept one has ended', async () => {
    const { directory, state } = scene(() => [alice], 0)
    await directory.find('alice@contoso.test')
    let first = true
    state.answer = () => {
      if (!first) return [alice]
      first = false
      return away()
    }
    expect(await directory.find('alice@contoso.test')).toMatchObject({ kind: 'found' })
    expect(state.opened).toBe(2)
  })

  test('believes no connection that was idle for a minute', async () => {
    const { directory, clock, state } = scene(() => [alice], 0)
    await directory.find('alice@contoso.test')
    clock.advance(61_000)
    await directory.find('alice@contoso.test')
    expect(state.opened).toBe(2)
  })

  test('gathers the members of large groups part by part', async () => {
    const names = Array.from({ length: 4000 }, (_, number) => `CN=User ${number}`)
    const { directory } = scene(({ base, attributes: [wanted = ''] }) => {
      if (base === 'DC=contoso')
        return [entry('CN=All', { objectClass: ['group'], mail: ['all@contoso.test'] })]
      if (base !== 'CN=All') return [entry(base, { mail: [`${base.slice(8)}@contoso.test`] })]
      const from = Number(/range=(\d+)-\*/.exec(wanted)?.[1] ?? 0)
      const part = names.slice(from, from + 1500)
      const end = from + 1500 >= names.length ? '*' : String(from + 1499)
      return [entry(base, { [`member;range=${from}-${end}`]: part, member: [] })]
    })
    const found = await directory.find('all@contoso.test')
    const members = found.kind === 'found' && (await directory.members(found.recipient))
    expect(members).toMatchObject({ kind: 'found', unknown: [] })
    expect(members && members.kind === 'found' && members.addresses).toHaveLength(4000)
  })
})

test('a question has the address with nothing in it that a filter means', () => {
  const { filter } = addressQuery('a*(b)\\c@contoso.test', settings({ Filter: '(o=Contoso)' }))
  expect(filter).toBe(
    '(&(|(proxyAddresses=smtp:a\\2a\\28b\\29\\5cc@contoso.test)(mail=a\\2a\\28b\\29\\5cc@contoso.test))(o=Contoso))',
  )
  expect(escaped('\0')).toBe('\\00')
})

test('recipients have the kinds of Active Directory', async () => {
  const kinds: readonly (readonly [string, Readonly<Record<string, readonly string[]>>])[] = [
    ['UserMailbox', { objectClass: ['top', 'user'] }],
    ['MailUser', { objectClass: ['user'], targetAddress: ['SMTP:x@fabrikam.test'] }],
    [
      'RemoteMailbox',
      {
        objectClass: ['user'],
        targetAddress: ['SMTP:x@contoso.onmicrosoft.test'],
        msExchRemoteRecipientType: ['4'],
      },
    ],
    ['MailContact', { objectClass: ['top', 'contact'], targetAddress: ['SMTP:x@fabrikam.test'] }],
    ['DistributionGroup', { objectClass: ['top', 'group'] }],
  ]
  for (const [type, attributes] of kinds) {
    const { directory } = scene(() => [entry('CN=X', { mail: ['x@contoso.test'], ...attributes })])
    expect(await directory.find('x@contoso.test')).toMatchObject({ recipient: { type } })
  }
})
