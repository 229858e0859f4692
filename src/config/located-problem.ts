import type { Problem } from '../base/problem.ts'

/** A problem with its place in the file, in people's form. */
export interface LocatedProblem {
  /** The file as the administrator named it. */
  readonly file: string
  /** From 1; absent when the problem concerns the file as a whole. */
  readonly line?: number
  readonly column?: number
  /** `ReceiveConnectors[1].Bindings`; empty for the file as a whole. */
  readonly path: string
  /** Name of the connector, domain or user that the path leads into. */
  readonly name?: string
  readonly message: string
}

/** One line: `config/server.yaml:14:5 ReceiveConnectors[1].Bindings "From Internet": must be …`. */
export function formatProblem(problem: LocatedProblem): string {
  const { file, line, column = 1, path, name, message } = problem
  const place = line === undefined ? file : `${file}:${line}:${column}`
  const subject = [place, path, name === undefined ? '' : `"${name}"`].filter(Boolean).join(' ')
  return `${subject}: ${message.replace(/\s*[\r\n]+\s*/g, ' ')}`
}

/** `['ReceiveConnectors', 1, 'Bindings']` as `ReceiveConnectors[1].Bindings`. */
export function formatPath(path: Problem['path']): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}
