import type { Place } from '../grammar/syntax.ts'

/** PowerShell's classes of errors, as far as commands here use them. */
export type ErrorCategory =
  | 'NotSpecified'
  | 'ObjectNotFound'
  | 'OperationTimeout'
  | 'InvalidArgument'
  | 'InvalidData'
  | 'InvalidOperation'
  | 'InvalidType'
  | 'ResourceExists'
  | 'ResourceUnavailable'
  | 'PermissionDenied'
  | 'OperationStopped'
  | 'OpenError'
  | 'ReadError'
  | 'WriteError'
  | 'NotImplemented'
  | 'ParserError'

/** What an error says besides its message. */
export interface ErrorDetails {
  /** A stable word for scripts and searches: `ManagementObjectNotFound`. */
  readonly id?: string
  readonly category?: ErrorCategory
  /** The kind of failure, in the manner of an exception's name; `id` with `Exception` otherwise. */
  readonly reason?: string
  /** What the command was about to work on. */
  readonly target?: string
  readonly targetType?: string
  /** The word of the line that is to blame; the command's own place otherwise. */
  readonly place?: Place
  readonly cause?: unknown
}

/**
 * Something that a command tells the administrator instead of doing what was asked. Thrown by a
 * command it ends the work on the object at hand; the next object of the pipeline gets its turn.
 */
export class ShellError extends Error {
  override readonly name = 'ShellError'
  readonly id: string
  readonly category: ErrorCategory
  readonly reason: string
  readonly target: string
  readonly targetType: string
  readonly place: Place | undefined

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.id = details.id ?? 'CommandFailed'
    this.category = details.category ?? 'NotSpecified'
    this.reason =
      details.reason ?? (this.id.endsWith('Exception') ? this.id : `${this.id}Exception`)
    this.target = details.target ?? ''
    this.targetType = details.targetType ?? (details.target === undefined ? '' : 'String')
    this.place = details.place
  }
}

/** A command was stopped from outside, as by Ctrl-C; nothing is told. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Anything thrown, as an error to tell. */
export function asShellError(error: unknown): ShellError {
  if (error instanceof ShellError) return error
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return new ShellError('The command is nested too deeply.', { id: 'CallDepthOverflow' })
  }
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const reason = code ?? (error instanceof Error ? error.name : 'Error')
  return new ShellError(message, { id: reason, reason, cause: error })
}
