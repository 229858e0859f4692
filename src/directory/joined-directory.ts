import type { Live } from '../base/live.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { Directory, DirectoryAnswer, DirectoryRecipient, MembersAnswer } from './directory.ts'

const nobody: DirectoryAnswer = { kind: 'unknown' }

/**
 * Several directories as one, asked in their order; the first that knows an address answers. Where none does and one
 * cannot be asked nothing is known of the address.
 */
export class JoinedDirectory implements Directory {
  readonly #parts: Pick<Live<readonly Directory[]>, 'current'>
  /** Who gave a group is asked for its members. */
  readonly #givenBy = new WeakMap<DirectoryRecipient, Directory>()

  constructor(parts: Pick<Live<readonly Directory[]>, 'current'>) {
    this.#parts = parts
  }

  get hasRecipients(): boolean {
    for (const part of this.#parts.current) if (part.hasRecipients) return true
    return false
  }

  find(address: string): Awaitable<DirectoryAnswer> {
    return this.#find(address, this.#parts.current, nobody)
  }

  members(group: DirectoryRecipient): Awaitable<MembersAnswer> {
    const part = this.#givenBy.get(group)
    return part?.members(group) ?? { kind: 'found', addresses: [], unknown: [] }
  }

  /** Asks the parts from the first on; `sofar` is the answer when none of them knows the address. */
  #find(
    address: string,
    [part, ...others]: readonly Directory[],
    sofar: DirectoryAnswer,
  ): Awaitable<DirectoryAnswer> {
    if (part === undefined) return sofar
    const conclude = (answer: DirectoryAnswer): Awaitable<DirectoryAnswer> => {
      if (answer.kind !== 'found')
        return this.#find(address, others, answer.kind === 'unavailable' ? answer : sofar)
      if (answer.recipient.type === 'DistributionGroup') this.#givenBy.set(answer.recipient, part)
      return answer
    }
    const answer = part.find(address)
    return answer instanceof Promise ? answer.then(conclude) : conclude(answer)
  }
}
