/** One thing wrong with the configuration, told to a person. */
export interface Problem {
  /** Keys and list positions from the top of the file: `['ReceiveConnectors', 0, 'Bindings']`. */
  readonly path: readonly (string | number)[]
  /** What is wrong and what to do, one sentence or two. */
  readonly message: string
}
