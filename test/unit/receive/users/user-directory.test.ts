import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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

test.each(['ana', 'ana@contoso.example', ''])('does not find "%s"', (name) => {
  expect(directory(ana).directory.find(name)).toBeUndefined()
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
