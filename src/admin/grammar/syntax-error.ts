import type { Place } from './syntax.ts'

/** What is wrong with a text as the language sees it, and where. */
export interface SyntaxProblem extends Place {
  /** PowerShell's word for it: `EmptyPipeElement`. */
  readonly id: string
  readonly message: string
  /** The text may become right by what is typed next: an open bracket, a trailing pipe. */
  readonly incomplete: boolean
}

/** Carries a problem from the depth of the parser to its entry; nobody else sees it. */
export class SyntaxFailure extends Error {
  override readonly name = 'SyntaxFailure'
  readonly problem: SyntaxProblem

  constructor(problem: SyntaxProblem) {
    super(problem.message)
    this.problem = problem
  }
}
