import { expect, test } from 'vitest'
import { Leases } from '../../../src/queue/leases.ts'

test('holds what was added until it is deleted', () => {
  const leases = new Leases()
  expect([leases.size, leases.has(1)]).toEqual([0, false])
  leases.add(1)
  leases.add(2)
  leases.add(2)
  expect([leases.size, leases.has(1), leases.has(2), leases.has(3)]).toEqual([2, true, true, false])
  leases.delete(1)
  leases.delete(3)
  expect([leases.size, leases.has(1), leases.has(2)]).toEqual([1, false, true])
  leases.delete(2)
  leases.add(4)
  expect([leases.size, leases.has(2), leases.has(4)]).toEqual([1, false, true])
})
