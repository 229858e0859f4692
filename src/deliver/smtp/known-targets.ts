import type { DnsTrouble } from './failure-policy.ts'
import { type Target, targetEndpoint } from './target.ts'

/** Addresses in the order to try them. */
export interface Targets {
  readonly targets: readonly Target[]
  /** What the DNS did not tell, where it could have told more targets. */
  readonly dnsFaults: readonly string[]
}

/** What is known of the targets so far. */
export interface KnownTargets extends Targets {
  /** Waits for what the DNS has yet to tell, and gives what is new. Absent when nothing is to come. */
  readonly later?: () => Promise<Targets>
}

/** The end of a search: targets, never none, or why there is none. */
export type Found = KnownTargets | { readonly trouble: DnsTrouble }

/** Whether mail can go somewhere. */
export function isUseful(found: Found): found is KnownTargets {
  return !('trouble' in found)
}

/** The fault of the DNS that stands for a question without an answer yet. */
export function unanswered(name: string): string {
  return `no answer yet for ${name}`
}

/** As found by the entry `name` of SmartHosts. */
export function bySmartHost(name: string, found: Found): Found {
  if (!isUseful(found)) return found
  const { later } = found
  const named = <T extends Targets>(known: T): T => ({
    ...known,
    targets: known.targets.map((target) => ({ ...target, smartHost: name })),
  })
  return later === undefined
    ? named(found)
    : { ...named(found), later: async () => named(await later()) }
}

/** The targets of several searches one after the other, in step with their names; undefined is one still under way. */
export function joined(found: readonly (Found | undefined)[], names: readonly string[]): Targets {
  return {
    targets: found.flatMap((one) => (one !== undefined && isUseful(one) ? one.targets : [])),
    dnsFaults: found.flatMap((one, at) =>
      one === undefined ? [unanswered(names[at] ?? '')] : faultsOf(one),
    ),
  }
}

/** The search with all that it waits for. */
export async function whole(found: Found): Promise<Found> {
  if (!isUseful(found) || found.later === undefined) return found
  const { targets, dnsFaults } = await found.later()
  return { targets: [...found.targets, ...targets], dnsFaults }
}

/** What a search found beyond what was known. */
export function beyond(known: readonly Target[], found: Found | Targets): Targets {
  if ('trouble' in found) return { targets: [], dnsFaults: faultsOf(found) }
  const given = new Set(known.map(targetEndpoint))
  const targets = found.targets.filter((target) => !given.has(targetEndpoint(target)))
  return { targets, dnsFaults: found.dnsFaults }
}

function faultsOf(found: Found): readonly string[] {
  if (isUseful(found)) return found.dnsFaults
  return found.trouble.kind === 'failed' ? [found.trouble.reason] : []
}
