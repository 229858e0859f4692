import type { Value } from '../values/value.ts'

/** Two sides and how letters are compared. */
export interface Operands {
  readonly left: Value
  readonly right: Value
  readonly caseSensitive: boolean
}
