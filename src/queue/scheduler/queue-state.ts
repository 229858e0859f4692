/**
 * What a delivery queue may do.
 *
 * | state     | its copies                                          | left by                          |
 * | --------- | --------------------------------------------------- | -------------------------------- |
 * | Open      | are tried                                           | a failure, or one of those below |
 * | Retry     | wait for the next attempt to reach the next hop     | the time, or an administrator    |
 * | Emptying  | are failed or categorized anew, one after the other | the end of that                  |
 * | Suspended | wait for an administrator                           | Resume-Queue                     |
 *
 * Emptying lies over Open or Retry, and Suspended over any of the others: what lies below goes on changing, and is
 * what the queue comes back to. The states carry nothing else, so a hundred thousand queues share them.
 */
export type QueueState = Base | Emptying | Suspended

type Base = { readonly name: 'Open' } | { readonly name: 'Retry' }

interface Emptying {
  readonly name: 'Emptying'
  readonly over: Base
}

interface Suspended {
  readonly name: 'Suspended'
  readonly over: Base | Emptying
}

/** Exchange's queue states, as administrators see them. */
export type QueueStatus = 'Active' | 'Connecting' | 'Ready' | 'Retry' | 'Suspended'

/** What happens to a queue that changes what it may do. */
export type QueueStateChange =
  'retry begins' | 'retry ends' | 'emptying begins' | 'emptying ends' | 'suspended' | 'resumed'

const openState: Base = Object.freeze({ name: 'Open' })
const retryState: Base = Object.freeze({ name: 'Retry' })
const emptying = {
  Open: Object.freeze<Emptying>({ name: 'Emptying', over: openState }),
  Retry: Object.freeze<Emptying>({ name: 'Emptying', over: retryState }),
}
const suspended = new Map<Base | Emptying, Suspended>()
for (const over of [openState, retryState, emptying.Open, emptying.Retry])
  suspended.set(over, Object.freeze({ name: 'Suspended', over }))

/** The state of a queue of which nothing is known. */
export const open: QueueState = openState

/** What the queue may do after it. What does not concern a state leaves it as it is. */
export function afterChange(state: QueueState, change: QueueStateChange): QueueState {
  switch (change) {
    case 'retry begins':
      return overBase(state, retryState)
    case 'retry ends':
      return overBase(state, openState)
    case 'emptying begins':
      return under(state, emptying[baseOf(state).name])
    case 'emptying ends':
      return under(state, baseOf(state))
    case 'suspended':
      return state.name === 'Suspended' ? state : (suspended.get(state) ?? state)
    case 'resumed':
      return state.name === 'Suspended' ? state.over : state
  }
}

/** Whether it waits for its next hop, whatever else lies over that. */
export function waitsForNextHop(state: QueueState): boolean {
  return baseOf(state).name === 'Retry'
}

/** Whether its copies are being taken out, suspended or not. */
export function isEmptied(state: QueueState): boolean {
  return state.name === 'Emptying' || (state.name === 'Suspended' && state.over.name === 'Emptying')
}

function baseOf(state: QueueState): Base {
  switch (state.name) {
    case 'Open':
    case 'Retry':
      return state
    case 'Emptying':
      return state.over
    case 'Suspended':
      return baseOf(state.over)
  }
}

/** The state with another base, all that lies over it as before. */
function overBase(state: QueueState, base: Base): QueueState {
  return under(state, isEmptied(state) ? emptying[base.name] : base)
}

/** `inner`, suspended if the state is. */
function under(state: QueueState, inner: Base | Emptying): QueueState {
  return state.name === 'Suspended' ? (suspended.get(inner) ?? inner) : inner
}
