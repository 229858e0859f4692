import { randomBytes } from 'node:crypto'

/** Chance as an argument: a number in [0, 1). */
export type Random = () => number

/** The machine's chance; good for spreading load, not for secrets. */
export const systemRandom: Random = () => Math.random()

/** Returns the values in an order given by `random`; the input is left as it is. */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const result = [...values]
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [result[last], result[other]]
    if (a !== undefined && b !== undefined) [result[last], result[other]] = [b, a]
  }
  return result
}

/** `bytes` random bytes as lower-case hex, from the cryptographic source. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
