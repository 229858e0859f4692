import { expect, test } from 'vitest'
import type { Directory, DirectoryRecipient } from '../../../src/directory/directory.ts'
import { JoinedDirectory } from '../../../src/directory/joined-directory.ts'
import { testDirectory } from '../../support/test-directory.ts'

const join = (...parts: readonly Directory[]) => new JoinedDirectory({ current: parts })
const first = testDirectory(['ann@contoso.test'])
const second = testDirectory(['ben@contoso.test'])
const away = testDirectory([], true)

test('answers at once while the one that knows is in memory', () => {
  expect(join(first, second, away).find('ben@contoso.test')).toMatchObject({ kind: 'found' })
  expect(join(first, second).find('cleo@contoso.test')).toEqual({ kind: 'unknown' })
})

test('leaves in doubt what one cannot tell and no other knows', async () => {
  expect(await join(away, first).find('ann@contoso.test')).toMatchObject({ kind: 'found' })
  expect(await join(away, first).find('ben@contoso.test')).toMatchObject({ kind: 'unavailable' })
})

test('has recipients as soon as one of them has', () => {
  expect(join(testDirectory(), testDirectory()).hasRecipients).toBe(false)
  expect(join(testDirectory(), first).hasRecipients).toBe(true)
})

test('asks who gave a group for its members', async () => {
  const group: DirectoryRecipient = {
    type: 'DistributionGroup',
    name: 'All',
    primaryAddress: 'all@contoso.test',
    addresses: ['all@contoso.test'],
  }
  const other: Directory = {
    hasRecipients: true,
    find: () => Promise.resolve({ kind: 'found', recipient: group }),
    members: () => ({ kind: 'found', addresses: ['x@contoso.test'], unknown: [] }),
  }
  const joined = join(first, other)
  const found = await joined.find('all@contoso.test')
  expect(found.kind === 'found' && (await joined.members(found.recipient))).toEqual({
    kind: 'found',
    addresses: ['x@contoso.test'],
    unknown: [],
  })
})
