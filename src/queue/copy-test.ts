/**
 * Text of a copy that a store can look at while it walks, as Get-Message shows it. `recipients` is a text in which
 * the addresses and errors of all recipients stand, in a form of the store's own: a pattern for it looks within it.
 */
export const copyTexts = [
  ...(['messageId', 'recipients', 'sender', 'source', 'sourceAddress', 'subject'] as const),
] as const
/** Numbers of a copy, raw: `id` is the message's, `suspended` is 0 or 1. */
export const copyNumbers = ['attempts', 'id', 'receivedAt', 'size', 'suspended'] as const
export type CopyText = (typeof copyTexts)[number]
export type CopyNumber = (typeof copyNumbers)[number]

/** The longest pattern that is taken: each copy is tried with it. */
export const longestPattern = 500
/** The most tests of one question. */
export const mostTests = 20

/** One necessary condition on a copy, so that a walk need not give every copy out. */
export type CopyTest =
  /** Text without regard to case, by the wildcards of `base/wildcard.ts`. */
  | { readonly field: CopyText; readonly operator: 'fits'; readonly pattern: string }
  | {
      readonly field: CopyNumber
      readonly operator: '=' | '<' | '<=' | '>' | '>='
      readonly value: number
    }
