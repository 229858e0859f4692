import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type QueueKey, queueKeyText } from '../../../src/queue/queue-key.ts'
import { QueueMap } from '../../../src/queue/queue-map.ts'

const keys: fc.Arbitrary<QueueKey> = fc.record({
  deliveryType: fc.constantFrom('DnsConnectorDelivery', 'SmartHostConnectorDelivery'),
  nextHopDomain: fc.constantFrom('one.test', 'ONE.test', 'two.test', 'Two.test', '[192.0.2.1]'),
  nextHopConnector: fc.constantFrom('To one', 'To ONE', ''),
})

test('keys are equal when their texts are', () => {
  const use = fc.record({ key: keys, isAdded: fc.boolean() })
  fc.assert(
    fc.property(fc.array(use), (uses) => {
      const map = new QueueMap<number>()
      const model = new Map<string, number>()
      uses.forEach(({ key, isAdded }, at) => {
        if (isAdded) {
          map.set(key, at)
          model.set(queueKeyText(key), at)
        } else {
          map.delete(key)
          model.delete(queueKeyText(key))
        }
      })
      expect(map.size).toBe(model.size)
      expect([...map.values()].toSorted((a, b) => a - b)).toEqual(
        [...model.values()].toSorted((a, b) => a - b),
      )
      for (const { key } of uses) {
        expect(map.get(key)).toBe(model.get(queueKeyText(key)))
        expect(map.has(key)).toBe(model.has(queueKeyText(key)))
      }
    }),
  )
})
