import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { hashPassword } from '../../../src/receive/password.ts'
import { UserDirectory } from '../../../src/receive/user-directory.ts'
import type { User } from '../../../src/receive/user.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { testUser } from '../../support/receiving-server.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const cheapCost = { ln: 1, r: 1, p: 1 }

function directory(...users: readonly User[]) {
  const live = new LiveValue(users)
  return { live, directory: new UserDirectory(live, new FakeClock()) }
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
    (await Promise.all(pairs.map((pair) => users.verify(...pair)))).map(({ kind }) => kind)
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
  expect((await users.verify('ben', '')).kind).toBe('refused')
  expect((await users.verify('cem', '')).kind).toBe('refused')
})

test('a remembered password still does not let a wrong one in', async () => {
  const { directory: users } = directory(ana)
  expect((await users.verify('contoso\\ana', 'secret')).kind).toBe('verified')
  expect((await users.verify('contoso\\ana', 'wrong')).kind).toBe('refused')
  expect((await users.verify('contoso\\ana', 'secret')).kind).toBe('verified')
})

test('a changed account is in force at once', async () => {
  const { live, directory: users } = directory(ana)
  await users.verify('contoso\\ana', 'secret')
  live.set([testUser({ UserName: 'CONTOSO\\Ana', Password: 'changed' })])
  expect((await users.verify('contoso\\ana', 'secret')).kind).toBe('refused')
  expect((await users.verify('contoso\\ana', 'changed')).kind).toBe('verified')
})

test('a flood of log-ins is turned away instead of piling up', async () => {
  const cheap = '$scrypt$ln=1,r=1,p=1$c2FsdA$aGFzaGhhc2g'
  const { directory: users } = directory(testUser({ UserName: 'ana', PasswordHash: cheap }))
  const flood = Array.from({ length: 300 }, (_, at) => users.verify('ana', `guess ${at}`))
  const kinds = (await Promise.all(flood)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(202)
  expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(98)
})
