import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DirectoryAccounts } from '../../../../src/directory/accounts.ts'
import { LiveValue } from '../../../../src/base/live.ts'
import { hashPassword } from '../../../../src/receive/users/password.ts'
import { UserDirectory } from '../../../../src/receive/users/user-directory.ts'
import type { User } from '../../../../src/receive/users/user.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { testUser } from '../../../support/receiving-server.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const cheapCost = { ln: 1, r: 1, p: 1 }

function directory(...users: readonly User[]) {
  const live = new LiveValue(users)
  return { live, directory: new UserDirectory(live, new FakeClock()) }
}

/** A log-in from one place, by a client that waits for the answer. */
function verify(users: UserDirectory, userName: string, password: string, source = '192.0.2.7') {
  const remote = { address: source, port: 50_000 }
  const { signal: ended } = new AbortController()
  return users.verify({ userName, password }, { remote, ended })
}

const ana = testUser({ UserName: 'CONTOSO\\Ana', Password: 'secret' })

test.each(['CONTOSO\\Ana', 'contoso\\ana', ' contoso\\ANA '])('finds %s', (name) => {
  expect(directory(ana).directory.find(name)).toBe(ana)
})

test.each(['ana', 'Ana@contoso.example'])('finds it in another form as %s', (name) => {
  expect(directory(ana).directory.find(name)).toBe(ana)
})

test.each([
  '',
  'CONTOSO',
  'FABRIKAM\\ana',
  'ana@fabrikam.example',
  'contoso\\',
  '@contoso.example',
])('does not find "%s"', (name) => {
  expect(directory(ana).directory.find(name)).toBeUndefined()
})

test('finds by a bare name one that is alone with it', () => {
  const ben = testUser({ UserName: 'ben@contoso.example', Password: 'x' })
  const other = testUser({ UserName: 'ben@fabrikam.example', Password: 'x' })
  const bare = testUser({ UserName: 'carla', Password: 'x' })
  const users = directory(ana, ben, other, bare).directory
  expect(users.find('ben')).toBeUndefined()
  expect(users.find('CONTOSO\\ben')).toBe(ben)
  expect(users.find('fabrikam\\ben')).toBe(other)
  expect(users.find('ben@other.example')).toBeUndefined()
  expect(users.find('CONTOSO\\carla')).toBe(bare)
  expect(users.find('carla@contoso.example')).toBe(bare)
  expect(directory(ana, ben).directory.find('ben')).toBe(ben)
})

test('verifies a password in clear, by hash and from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'users-'))
  const file = join(folder, 'password')
  await writeFile(file, 'from file\nsecond line\n')
  const { directory: users } = directory(
    ana,
    testUser({ UserName: 'ben', PasswordHash: await hashPassword('hashed', cheapCost) }),
    testUser({ UserName: 'cem', PasswordFile: file }),
    testUser({ UserName: 'dan', PasswordFile: join(folder, 'missing') }),
    testUser({ UserName: 'eve' }),
  )
  const kinds = async (...pairs: [string, string][]) =>
    (await Promise.all(pairs.map((pair) => verify(users, ...pair)))).map(({ kind }) => kind)
  expect(await kinds(['contoso\\ana', 'secret'], ['ben', 'hashed'], ['cem', 'from file'])).toEqual([
    'verified',
    'verified',
    'verified',
  ])
  expect(
    await kinds(['contoso\\ana', ''], ['ben', 'secret'], ['nobody', 'x'], ['eve', '']),
  ).toEqual(['refused', 'refused', 'refused', 'refused'])
  expect(await kinds(['dan', 'x'])).toEqual(['unavailable'])
  await rm(folder, { recursive: true })
})

test('an empty password fits nobody, whatever stands in the file', async () => {
  const file = join(await tempFolder(), 'password')
  await writeFile(file, '\nsecond line\n')
  const { directory: users } = directory(
    testUser({ UserName: 'ben', PasswordHash: await hashPassword('', cheapCost) }),
    testUser({ UserName: 'cem', PasswordFile: file }),
  )
  expect((await verify(users, 'ben', '')).kind).toBe('refused')
  expect((await verify(users, 'cem', '')).kind).toBe('refused')
})

test('a remembered password still does not let a wrong one in', async () => {
  const { directory: users } = directory(ana)
  expect((await verify(users, 'contoso\\ana', 'secret')).kind).toBe('verified')
  expect((await verify(users, 'contoso\\ana', 'wrong')).kind).toBe('refused')
  expect((await verify(users, 'contoso\\ana', 'secret')).kind).toBe('verified')
})

test('a changed account is in force at once', async () => {
  const { live, directory: users } = directory(ana)
  await verify(users, 'contoso\\ana', 'secret')
  live.set([testUser({ UserName: 'CONTOSO\\Ana', Password: 'changed' })])
  expect((await verify(users, 'contoso\\ana', 'secret')).kind).toBe('refused')
  expect((await verify(users, 'contoso\\ana', 'changed')).kind).toBe('verified')
})

const cheap = '$scrypt$ln=1,r=1,p=1$c2FsdA$aGFzaGhhc2g'

test('a flood of log-ins from one source is turned away instead of piling up', async () => {
  const { directory: users } = directory(testUser({ UserName: 'ana', PasswordHash: cheap }))
  const flood = Array.from({ length: 300 }, (_, at) => verify(users, 'ana', `guess ${at}`))
  const kinds = (await Promise.all(flood)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(52)
  expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(248)
})

test('a crowd of one account from one source is one check', async () => {
  const { directory: users } = directory(ana)
  const crowd = Array.from({ length: 300 }, () => verify(users, 'contoso\\ana', 'secret'))
  const kinds = new Set((await Promise.all(crowd)).map(({ kind }) => kind))
  expect(kinds).toEqual(new Set(['verified']))
})

test('a crowd of clients that all leave is checked no more, one that stays is', async () => {
  const { directory: users } = directory(testUser({ UserName: 'ana', PasswordHash: cheap }))
  const remote = { address: '192.0.2.7', port: 50_000 }
  const places = ['one', 'two'].map((guess) => verify(users, 'ana', guess))
  const clients = Array.from({ length: 4 }, () => new AbortController())
  const asked = clients.map(({ signal: ended }, at) =>
    users.verify({ userName: 'ana', password: `guess ${at % 2}` }, { remote, ended }),
  )
  for (const at of [0, 1, 2]) clients[at]?.abort()
  const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
  expect(kinds).toEqual(['unavailable', 'refused', 'unavailable', 'refused'])
  await Promise.all(places)
})

/** A directory with one account, counting what it is asked. */
function accountsOf(name: string, password: string) {
  const state = { asked: 0, away: false }
  const account = { name, addresses: [`${name}@contoso.example`], groups: ['Partners'] as const }
  const accounts: DirectoryAccounts = {
    hasAccounts: true,
    account: (userName) => (userName === name ? { kind: 'found', account } : { kind: 'unknown' }),
    logOn: (userName, given) => {
      state.asked++
      if (state.away) return Promise.resolve({ kind: 'unavailable', reason: 'away' })
      const isRight = userName.toLowerCase() === name && given === password
      return Promise.resolve(isRight ? { kind: 'verified', account } : { kind: 'refused' })
    },
  }
  return { state, accounts }
}

test('asks the directory for those who are no users, and remembers a right password', async () => {
  const { state, accounts } = accountsOf('gerd', 'of the directory')
  const clock = new FakeClock()
  const users = new UserDirectory(new LiveValue([ana]), clock, accounts)
  const right = { kind: 'verified', user: { UserName: 'gerd', Groups: ['Partners'] } }
  expect(await verify(users, 'Gerd', 'of the directory')).toMatchObject(right)
  expect(await verify(users, 'gerd', 'of the directory')).toMatchObject(right)
  expect(state.asked).toBe(1)
  expect(await verify(users, 'gerd', 'wrong')).toEqual({ kind: 'refused' })
  expect(await verify(users, 'gerd', '')).toEqual({ kind: 'refused' })
  expect(await verify(users, 'CONTOSO\\Ana', 'secret')).toMatchObject({ kind: 'verified' })
  expect(state.asked).toBe(2)
  state.away = true
  expect(await verify(users, 'hans', 'x')).toEqual({ kind: 'unavailable', reason: 'away' })
  clock.advance(300_001)
  expect(await verify(users, 'gerd', 'of the directory')).toMatchObject({ kind: 'unavailable' })
})

test('knows accounts of the directory without their password', async () => {
  const { accounts } = accountsOf('gerd', 'x')
  const users = new UserDirectory(new LiveValue([ana]), new FakeClock(), accounts)
  expect(await users.known('gerd')).toMatchObject({ kind: 'found', user: { UserName: 'gerd' } })
  expect(await users.known('hans')).toEqual({ kind: 'unknown' })
  expect(await users.known('contoso\\ana')).toEqual({ kind: 'found', user: ana })
})

test('users of the configuration do not wait for a directory that hangs', async () => {
  const { accounts } = accountsOf('gerd', 'x')
  const never = new Promise<never>(() => undefined)
  const hanging = { ...accounts, logOn: () => never }
  const users = new UserDirectory(new LiveValue([ana]), new FakeClock(), hanging)
  for (const name of ['a', 'b', 'c', 'd']) void verify(users, name, 'x', '192.0.2.9')
  expect(await verify(users, 'CONTOSO\\Ana', 'secret', '192.0.2.9')).toMatchObject({
    kind: 'verified',
  })
})
