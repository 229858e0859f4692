import type { Question } from './cmdlet.ts'

/** The screen and keyboard of a shell, or what stands for them in a script or a test. */
export interface ShellHost {
  /** Columns of the terminal; `pipedWidth` of format/renderer.ts where there is none. Read anew each time. */
  readonly width: number
  /** Lines of the terminal at whose keyboard somebody sits; Infinity where there is none. Read anew each time. */
  readonly height: number
  /** Where lines of errors and warnings are broken; Infinity when no terminal shows them. */
  readonly messageWidth: number
  /** Whether texts may be coloured: only on a terminal. */
  readonly colour: boolean
  /** Whether a person can be asked for what a command lacks. */
  readonly interactive: boolean
  output(text: string): void
  error(text: string): void
  /** Warnings and what -Verbose tells. */
  notice(text: string): void
  /** Empties the screen; does nothing where there is none. */
  clear(): void
  /**
   * Asks with the label and gives the answer without its line end; undefined when the input ended.
   * Without a terminal it reads a line of standard input.
   */
  ask(question: Question): Promise<string | undefined>
}
