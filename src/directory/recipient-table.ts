import type { Directory, DirectoryAnswer, DirectoryRecipient, MembersAnswer } from './directory.ts'
import { type RecipientIndex, findInIndex, recipientsOf } from './recipient-index.ts'

const unknown: DirectoryAnswer = { kind: 'unknown' }

/** Recipients that are all in memory: those of the configuration, or of a file. */
export class RecipientTable implements Directory {
  readonly #index: RecipientIndex

  constructor(index: RecipientIndex) {
    this.#index = index
  }

  get hasRecipients(): boolean {
    return this.#index.count > 0
  }

  find(address: string): DirectoryAnswer {
    const recipient = findInIndex(this.#index, address)
    return recipient === undefined ? unknown : { kind: 'found', recipient }
  }

  /** Members are addresses since the list was read. */
  members({ members = [] }: DirectoryRecipient): MembersAnswer {
    return { kind: 'found', addresses: members, unknown: [] }
  }

  recipients(): Iterable<DirectoryRecipient> {
    return recipientsOf(this.#index)
  }
}
