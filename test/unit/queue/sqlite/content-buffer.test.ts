import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockPool } from '../../../../src/queue/sqlite/block-pool.ts'
import { ContentBuffer, type TakenContent } from '../../../../src/queue/sqlite/content-buffer.ts'

/** Reads what was taken, as it must be read: before its release. */
function whole({ parts, release }: TakenContent): Buffer {
  const octets = Buffer.concat(parts)
  release()
  return octets
}

test('gives back what was added, whole or in parts, and is empty then', () => {
  const chunk = fc.uint8Array({ maxLength: 9000 }).map((octets) => Buffer.from(octets))
  fc.assert(
    fc.property(fc.array(fc.array(chunk)), fc.boolean(), (rounds, atOnce) => {
      const buffer = new ContentBuffer(new BlockPool(16_384, 65_536))
      for (const chunks of rounds) {
        for (const each of chunks) buffer.add(Buffer.from(each))
        const expected = Buffer.concat(chunks)
        expect(buffer.length).toBe(expected.length)
        const taken = atOnce ? buffer.takeWhole() : whole(buffer.take())
        expect(taken.equals(expected)).toBe(true)
        expect(buffer.length).toBe(0)
      }
    }),
    { numRuns: 100 },
  )
})

test('the only chunk of a small message is not copied', () => {
  const buffer = new ContentBuffer(new BlockPool(16_384, 65_536))
  const chunk = Buffer.allocUnsafeSlow(5000)
  buffer.add(chunk)
  expect(buffer.takeWhole()).toBe(chunk)
})

test('what it holds is in proportion to the content, however small the chunks', () => {
  const buffer = new ContentBuffer(new BlockPool(16_384, 65_536))
  for (let count = 0; count < 50; count++) {
    buffer.add(Buffer.allocUnsafeSlow(65_536).subarray(0, 1000))
    buffer.add(Buffer.allocUnsafeSlow(1))
  }
  const memory = new Set(buffer.take().parts.map((part) => part.buffer))
  const held = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect(held).toBeLessThan(120_000)
})

test('large contents use the same memory one after the other', () => {
  const pool = new BlockPool(1000, 10_000)
  const memory = new Set<ArrayBufferLike>()
  for (let count = 0; count < 20; count++) {
    const buffer = new ContentBuffer(pool)
    for (let chunk = 0; chunk < 5; chunk++) buffer.add(Buffer.alloc(1000, count))
    const { parts, release } = buffer.take()
    for (const part of parts) memory.add(part.buffer)
    release()
  }
  expect(memory.size).toBe(5)
})
