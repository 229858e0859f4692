import { expect, test } from 'vitest'
import {
  permissionMask,
  permissionNames,
  permissionsFromMask,
} from '../../../src/message/permission.ts'

test('every set of rights reads back from its number', () => {
  for (const name of permissionNames) {
    const rights = new Set([name, 'SMTPSubmit'] as const)
    expect(permissionsFromMask(permissionMask(rights))).toEqual(rights)
  }
  expect(permissionsFromMask(permissionMask(new Set(permissionNames))).size).toBe(
    permissionNames.length,
  )
})

test('bits keep their meaning between services', () => {
  expect(permissionMask(new Set(['SMTPSubmit']))).toBe(1)
  expect(permissionMask(new Set(['SMTPAcceptXProxyFrom']))).toBe(2 ** 11)
})

test('unknown bits give no right', () => {
  expect(permissionsFromMask(2 ** 30)).toEqual(new Set())
})
