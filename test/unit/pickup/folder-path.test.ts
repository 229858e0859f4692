import { describe, expect, test } from 'vitest'
import { folderPath, isOwnFolder } from '../../../src/pickup/folder-path.ts'

describe('the path of a folder', () => {
  const pathOf = (PickupDirectoryPath: string) =>
    folderPath('Pickup', { PickupDirectoryPath, ReplayDirectoryPath: 'replay' }, '/data')

  test.each([
    ['pickup', '/data/pickup'],
    [' /srv/mail/in ', '/srv/mail/in'],
    ['../in', '/in'],
    ['', undefined],
    ['$null', undefined],
    ['$NULL', undefined],
  ])('%j is %s', (given, path) => {
    expect(pathOf(given)).toBe(path)
  })
})

test.each([
  ['/data/queue', true],
  ['/data/queue/mail.que-content', true],
  ['/data/logs', true],
  ['/data', true],
  ['/', false],
  ['/data/pickup', false],
  ['/data/queues', false],
  ['/srv/queue', false],
])('%s among the relay’s own files: %s', (path, isOwn) => {
  expect(isOwnFolder(path, '/data')).toBe(isOwn)
})
