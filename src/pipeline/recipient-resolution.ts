import type { Clock } from '../base/clock.ts'
import { type Steps, waited } from '../base/steps.ts'
import type { Directory, DirectoryRecipient } from '../directory/directory.ts'
import { isPostmaster } from '../directory/postmaster.ts'
import { comparableAddress, comparableDomain } from '../message/comparable-address.ts'
import { domainOf } from '../message/envelope.ts'
import { directoryAway } from '../queue/defer-reason.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { ResolutionStep } from '../queue/recategorized.ts'
import { HalfTheTime } from '../base/half-the-time.ts'
import type { CopyRecipient } from '../queue/stored-message.ts'
import { type Reply, reply, replyText } from '../smtp/reply.ts'
import { encodeXtext, decodeXtext } from '../smtp/xtext.ts'
import { typedAddress } from '../smtp/original-recipient.ts'
import { hasAddressBook } from './accepted-domain.ts'
import type { AcceptedDomainTable } from './accepted-domains.ts'

/** Recipients by the directory. Each of those that were asked about, or their members, stands in one of the three. */
export interface Resolved {
  /** Nobody twice. */
  readonly recipients: readonly CopyRecipient[]
  readonly failed: readonly RecipientResult[]
  /** Nothing could be found out of them for now; `lastError` says why. */
  readonly deferred: readonly CopyRecipient[]
  readonly steps: readonly ResolutionStep[]
}

export interface ResolutionParts {
  readonly directory: Directory
  readonly acceptedDomains: AcceptedDomainTable
  readonly clock: Clock
}

const notFound = reply(
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
)
const forwardingLoop = reply(
  '550 5.4.6 RESOLVER.FWD.Loop; there is a forwarding loop configured in the directory',
)
const noMembers = reply('550 5.1.1 RESOLVER.GRP.Empty; the distribution group has no members')
const moderated = reply(
  '550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized: the recipient is moderated, and there is no moderation here',
)

/** A recipient that was asked about. */
interface Root {
  readonly recipient: CopyRecipient
  /** Something became of it, or of one of its members. */
  reached: boolean
}

/** Somebody who is looked up, and the target addresses that led there. */
interface Wanted {
  readonly recipient: CopyRecipient
  readonly root: Root
  readonly way: readonly string[]
}

/** Members that are looked up before others get a turn. */
const membersAtOnce = 50

/**
 * Finds out by the directory who is meant: groups become their members (a group that stands in itself is taken once),
 * others their target addresses, and the rest their primary addresses, with the address that the sender used as
 * ORCPT. The same again changes nothing.
 */
export function* resolveRecipients(
  recipients: readonly CopyRecipient[],
  parts: ResolutionParts,
): Steps<Resolved> {
  const resolution = new Resolution(parts)
  yield* resolution.run(recipients)
  return resolution
}

class Resolution implements Resolved {
  readonly failed: RecipientResult[] = []
  readonly deferred: CopyRecipient[] = []
  readonly steps: ResolutionStep[] = []
  readonly #parts: ResolutionParts
  /** By what makes them one. */
  readonly #found = new Map<string, CopyRecipient>()
  /** Groups that were expanded, and for whom. */
  readonly #expanded = new Map<string, Root>()
  readonly #wanted: Wanted[] = []

  constructor(parts: ResolutionParts) {
    this.#parts = parts
  }

  get recipients(): readonly CopyRecipient[] {
    return [...this.#found.values()]
  }

  *run(recipients: readonly CopyRecipient[]): Steps<void> {
    const roots = recipients.map((recipient) => ({ recipient, reached: false }))
    for (const root of roots) this.#wanted.push({ recipient: root.recipient, root, way: [] })
    const pace = new HalfTheTime(this.#parts.clock)
    for (let at = 0; at < this.#wanted.length; at++) {
      const wanted = this.#wanted[at]
      if (wanted !== undefined) yield* this.#lookUp(wanted)
      if (at % membersAtOnce === membersAtOnce - 1 && pace.mustRest) yield pace.rest()
    }
    for (const root of roots) if (!root.reached) this.#fail(root, noMembers)
  }

  *#lookUp(wanted: Wanted): Steps<void> {
    const { acceptedDomains, directory } = this.#parts
    const { recipient, way } = wanted
    const entry = acceptedDomains.find(domainOf(recipient.address))
    if (entry === undefined) {
      this.#take(wanted)
      return
    }
    const answer = yield* waited(directory.find(recipient.address))
    switch (answer.kind) {
      case 'unavailable':
        this.#defer(wanted, answer.reason)
        return
      case 'found':
        yield* this.#meet(wanted, answer.recipient)
        return
      case 'unknown': {
        // Who is sent to a target address is known by another one.
        const isExpected =
          way.length > 0 || !hasAddressBook(entry) || isPostmaster(recipient.address)
        if (isExpected || (yield* this.#isTarget(recipient))) this.#take(wanted)
        else this.#fail(wanted, notFound)
      }
    }
  }

  *#meet(wanted: Wanted, found: DirectoryRecipient): Steps<void> {
    const { recipient, root, way } = wanted
    const { externalAddress: target } = found
    if (found.moderated === true) this.#fail(wanted, moderated)
    else if (found.type === 'DistributionGroup') yield* this.#expand(wanted, found)
    else if (target === undefined) this.#takeAs(wanted, found.primaryAddress)
    else if (isSame(target, recipient.address)) this.#take(wanted)
    else if (way.some((passed) => isSame(passed, target))) this.#fail(wanted, forwardingLoop)
    else {
      const { address } = recipient
      this.steps.push({ event: 'REDIRECT', from: address, to: [target] })
      this.#wanted.push({ recipient: renamed(recipient, target), root, way: [...way, address] })
    }
  }

  *#expand(wanted: Wanted, group: DirectoryRecipient): Steps<void> {
    const { recipient, root } = wanted
    const key = comparableAddress(group.primaryAddress)
    const expandedFor = this.#expanded.get(key)
    if (expandedFor !== undefined) {
      if (expandedFor !== root) root.reached = true
      return
    }
    // Who holds a session waits for no expansion.
    yield Promise.resolve()
    const answer = yield* waited(this.#parts.directory.members(group))
    if (answer.kind === 'unavailable') {
      this.#defer(wanted, answer.reason)
      return
    }
    this.#expanded.set(key, root)
    this.steps.push({ event: 'EXPAND', from: recipient.address, to: answer.addresses })
    for (const address of answer.addresses)
      this.#wanted.push({ recipient: renamed(recipient, address), root, way: [] })
  }

  /** Whether the sender's address is somebody's who has this one as target address. */
  *#isTarget({ address, originalRecipient }: CopyRecipient): Steps<boolean> {
    const original = originalAddress(originalRecipient)
    if (original === undefined || isSame(original, address)) return false
    const answer = yield* waited(this.#parts.directory.find(original))
    if (answer.kind !== 'found') return answer.kind === 'unavailable'
    return isSame(answer.recipient.externalAddress ?? '', address)
  }

  #take({ recipient, root }: Pick<Wanted, 'recipient' | 'root'>, key?: string): void {
    root.reached = true
    const known = key ?? recipientKey(recipient.address)
    if (!this.#found.has(known)) this.#found.set(known, recipient)
  }

  /** By the primary address; it may differ from the address asked for in case alone. */
  #takeAs({ recipient, root }: Wanted, primary: string): void {
    const key = comparableAddress(primary)
    if (key === comparableAddress(recipient.address)) {
      this.#take({ recipient, root }, key)
      return
    }
    this.steps.push({ event: 'RESOLVE', from: recipient.address, to: [primary] })
    this.#take({ recipient: renamed(recipient, primary), root }, key)
  }

  #fail({ recipient, root }: { recipient: CopyRecipient; root?: Root }, said: Reply): void {
    if (root !== undefined) root.reached = true
    this.failed.push({ recipient, outcome: 'failed', reply: replyText(said) })
  }

  #defer({ recipient, root }: Wanted, reason: string): void {
    root.reached = true
    this.deferred.push({ ...recipient, lastError: `${directoryAway}; ${reason}` })
  }
}

/** The recipient at another address, with the one that the sender knows as ORCPT (RFC 3461 5.2.7). */
function renamed(recipient: CopyRecipient, address: string): CopyRecipient {
  const { originalRecipient = orcptOf(recipient.address) } = recipient
  return { ...recipient, address, originalRecipient }
}

function orcptOf(address: string): string {
  const isAscii = /^[\x20-\x7e]*$/.test(address)
  return isAscii ? `rfc822;${encodeXtext(address)}` : typedAddress(address, '7bit')
}

/** The address of an ORCPT in ASCII. */
function originalAddress(originalRecipient = ''): string | undefined {
  const [, xtext] = /^rfc822;(.*)$/i.exec(originalRecipient) ?? []
  return xtext === undefined ? undefined : decodeXtext(xtext)
}

function isSame(one: string, other: string): boolean {
  return comparableAddress(one) === comparableAddress(other)
}

/** By which a recipient is one: local parts differ by case, domains do not (RFC 5321 2.4). */
export function recipientKey(address: string): string {
  const local = address.slice(0, address.lastIndexOf('@') + 1)
  return local + comparableDomain(domainOf(address))
}
