import { textOf } from './text-of.ts'
import type { Value } from './value.ts'

/** A method that cannot be called so; its message says why. */
export class BadCall extends Error {
  override readonly name = 'BadCall'
}

/** The one number that a method is called with. */
export function amountOf(items: readonly Value[]): number {
  const [amount] = items
  const number = typeof amount === 'string' ? Number(amount) : amount
  if (items.length === 1 && typeof number === 'number' && Number.isFinite(number)) return number
  throw new BadCall('The method takes one number.')
}

/** The value at a place among those that a method is called with, as text. */
export function textItem(items: readonly Value[], at: number): string {
  const item = items[at]
  if (item === undefined) throw new BadCall(`The method takes ${at + 1} or more values.`)
  return textOf(item)
}
