import type { Question } from './cmdlet.ts'
import { ShellError } from './shell-error.ts'

/** How a command that changes something was told to go about it. */
export interface ChangePolicy {
  readonly whatIf: boolean
  readonly asks: boolean
  readonly say: (text: string) => void
  readonly verbose: (text: string) => void
  readonly ask: (question: Question) => Promise<string | undefined>
}

const choices = '[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is "Y"): '

const help = [
  'Y - Do this, and ask again before the next change.',
  'A - Do this and all further changes of this command.',
  'N - Leave this out, and ask again before the next change.',
  'L - Leave this and all further changes of this command out.',
  '',
].join('\n')

/** Decides for one command, before each of its changes, whether it is made. */
export class ChangeGate {
  readonly #policy: ChangePolicy
  #forAll: boolean | undefined

  constructor(policy: ChangePolicy) {
    this.#policy = policy
  }

  /** Whether what the sentence says is to be done. Throws ShellError when nobody can be asked. */
  async allows(sentence: string): Promise<boolean> {
    const { whatIf, asks, say, verbose } = this.#policy
    if (whatIf) {
      say(`What if: ${sentence}\n`)
      return false
    }
    verbose(sentence)
    if (!asks) return true
    if (this.#forAll !== undefined) return this.#forAll
    say(`\nConfirm\nAre you sure you want to perform this action?\n${sentence}\n`)
    return await this.#answer()
  }

  async #answer(): Promise<boolean> {
    for (;;) {
      const answer = await this.#policy.ask({ label: choices, secret: false })
      if (answer === undefined) {
        throw new ShellError(
          'The command asks before it changes something, and nobody can answer. Add -Confirm:$false to do it without asking.',
          { id: 'ConfirmationNotPossible', category: 'InvalidOperation' },
        )
      }
      const letter = answer.trim().charAt(0).toUpperCase() || 'Y'
      if (letter === 'A' || letter === 'L') this.#forAll = letter === 'A'
      if ('YA'.includes(letter)) return true
      if ('NL'.includes(letter)) return false
      this.#policy.say(help)
    }
  }
}
