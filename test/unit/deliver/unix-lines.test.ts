import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unixLines } from '../../../src/deliver/agents/unix-lines.ts'

async function converted(text: string, cuts: readonly number[]): Promise<string> {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length]
  const sorted = places.toSorted((a, b) => a - b)
  async function* pieces() {
    for (let index = 1; index < sorted.length; index++)
      yield await Promise.resolve(Buffer.from(text.slice(sorted[index - 1], sorted[index])))
  }
  const result: Buffer[] = []
  for await (const piece of unixLines(pieces())) result.push(Buffer.from(piece))
  return Buffer.concat(result).toString()
}

test('each CRLF becomes LF wherever content is cut, and nothing else changes', async () => {
  const text = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', 'a'), maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(24), { maxLength: 5 }), async (given, cuts) => {
      expect(await converted(given, cuts)).toBe(given.replaceAll('\r\n', '\n'))
    }),
    { numRuns: 300, interruptAfterTimeLimit: 2000 },
  )
})
