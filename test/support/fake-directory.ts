import type {
  Directory,
  DirectoryAnswer,
  DirectoryRecipient,
  MembersAnswer,
} from '../../src/directory/directory.ts'
import { comparableAddress } from '../../src/message/comparable-address.ts'

/** A directory for tests, in memory; each answer can be made to come later, or to be none. */
export class FakeDirectory implements Directory {
  readonly #recipients = new Map<string, DirectoryRecipient>()
  /** Why it cannot be asked. */
  away: string | undefined
  /** Answers come by promises. */
  isSlow = false
  readonly asked: string[] = []

  constructor(recipients: readonly DirectoryRecipient[]) {
    for (const recipient of recipients)
      for (const address of recipient.addresses)
        this.#recipients.set(comparableAddress(address), recipient)
  }

  get hasRecipients(): boolean {
    return this.#recipients.size > 0
  }

  find(address: string): DirectoryAnswer | Promise<DirectoryAnswer> {
    this.asked.push(address)
    const recipient = this.#recipients.get(comparableAddress(address))
    const known: DirectoryAnswer =
      recipient === undefined ? { kind: 'unknown' } : { kind: 'found', recipient }
    return this.#answer(known)
  }

  members({ members = [] }: DirectoryRecipient): MembersAnswer | Promise<MembersAnswer> {
    return this.#answer<MembersAnswer>({ kind: 'found', addresses: members, unknown: [] })
  }

  #answer<Answer>(
    known: Answer,
  ): Answer | { kind: 'unavailable'; reason: string } | Promise<Answer> {
    if (this.away !== undefined) return { kind: 'unavailable', reason: this.away }
    return this.isSlow ? Promise.resolve(known) : known
  }
}

/** Somebody whose mail stays here, at these addresses, the primary one first. */
export function mailbox(...addresses: readonly string[]): DirectoryRecipient {
  return recipient('UserMailbox', addresses)
}

/** Somebody whose mail is at another address. */
export function remote(address: string, externalAddress: string): DirectoryRecipient {
  return { ...recipient('RemoteMailbox', [address]), externalAddress }
}

export function group(address: string, ...members: readonly string[]): DirectoryRecipient {
  return { ...recipient('DistributionGroup', [address]), members }
}

function recipient(
  type: DirectoryRecipient['type'],
  addresses: readonly string[],
): DirectoryRecipient {
  const [primaryAddress = ''] = addresses
  return { type, name: primaryAddress, primaryAddress, addresses }
}
