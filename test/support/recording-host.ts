import type { Question } from '../../src/admin/shell/cmdlet.ts'
import type { ShellHost } from '../../src/admin/shell/host.ts'

/** A shell's screen that keeps what is written, and a keyboard with the answers at hand. */
export class RecordingHost implements ShellHost {
  width = 80
  height = Infinity
  messageWidth = Infinity
  colour = false
  interactive = false
  out = ''
  errors = ''
  notices = ''
  /** Everything, in the order in which it was written. */
  all = ''
  readonly questions: Question[] = []
  readonly #answers: string[]

  constructor(
    options: {
      readonly width?: number
      readonly height?: number
      readonly answers?: readonly string[]
    } = {},
  ) {
    this.height = options.height ?? Infinity
    this.width = options.width ?? 80
    this.#answers = [...(options.answers ?? [])]
  }

  output(text: string): void {
    this.out += text
    this.all += text
  }

  error(text: string): void {
    this.errors += text
    this.all += text
  }

  notice(text: string): void {
    this.notices += text
    this.all += text
  }

  clear(): void {
    this.all += '<clear>'
  }

  ask(question: Question): Promise<string | undefined> {
    this.questions.push(question)
    this.all += question.label
    return Promise.resolve(this.#answers.shift())
  }
}
