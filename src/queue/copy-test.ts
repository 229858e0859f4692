/**
 * What of a copy a store can look at while it walks. Text is what a message has, `recipients` is JSON;
 * numbers are raw, `id` is the
 * message's, `suspended` is 0 or 1.
 */
export type TestedField =
  | 'id'
  | 'sender'
  | 'subject'
  | 'messageId'
  | 'source'
  | 'sourceAddress'
  | 'size'
  | 'receivedAt'
  | 'attempts'
  | 'recipients'
  | 'suspended'

/** One necessary condition on a copy, so that a walk need not give every copy out. */
export type CopyTest =
  /** Text without regard to ASCII case; `pattern` is SQL's: `%` any run, `_` any character, `\\` before a literal. */
  | { readonly field: TestedField; readonly operator: 'like'; readonly pattern: string }
  | {
      readonly field: TestedField
      readonly operator: '=' | '<' | '<=' | '>' | '>='
      readonly value: number
    }
