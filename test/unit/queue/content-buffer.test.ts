import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ContentBuffer } from '../../../src/queue/content-buffer.ts'

test('gives back what was added, whole or in parts, and is empty then', () => {
  const chunk = fc.uint8Array({ maxLength: 9000 }).map((octets) => Buffer.from(octets))
  fc.assert(
    fc.property(fc.array(fc.array(chunk)), fc.boolean(), (rounds, whole) => {
      const buffer = new ContentBuffer()
      for (const chunks of rounds) {
        for (const each of chunks) buffer.add(Buffer.from(each))
        const expected = Buffer.concat(chunks)
        expect(buffer.length).toBe(expected.length)
        const taken = whole ? buffer.takeWhole() : Buffer.concat(buffer.take())
        expect(taken.equals(expected)).toBe(true)
        expect(buffer.length).toBe(0)
      }
    }),
    { numRuns: 50 },
  )
})

test('a large chunk is not copied', () => {
  const buffer = new ContentBuffer()
  const chunk = Buffer.allocUnsafeSlow(5000)
  buffer.add(chunk)
  expect(buffer.takeWhole()).toBe(chunk)
})

test('what it holds is in proportion to the content, however small the chunks', () => {
  const buffer = new ContentBuffer()
  for (let count = 0; count < 50; count++) {
    buffer.add(Buffer.allocUnsafeSlow(65_536).subarray(0, 1000))
    buffer.add(Buffer.allocUnsafeSlow(1))
  }
  const memory = new Set(buffer.take().map((part) => part.buffer))
  const held = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect(held).toBeLessThan(120_000)
})
