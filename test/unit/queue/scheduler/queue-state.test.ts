import { expect, test } from 'vitest'
import {
  type QueueState,
  type QueueStateChange,
  afterChange,
  isEmptied,
  open,
  waitsForNextHop,
} from '../../../../src/queue/scheduler/queue-state.ts'

const changes: readonly QueueStateChange[] = [
  'retry begins',
  'retry ends',
  'emptying begins',
  'emptying ends',
  'suspended',
  'resumed',
]

/** `Suspended over Emptying over Retry`. */
function named(state: QueueState): string {
  return 'over' in state ? `${state.name} over ${named(state.over)}` : state.name
}

const after = (...steps: readonly QueueStateChange[]) => steps.reduce(afterChange, open)

test.each<[readonly QueueStateChange[], string]>([
  [[], 'Open'],
  [['retry begins'], 'Retry'],
  [['retry begins', 'retry ends'], 'Open'],
  [['emptying begins'], 'Emptying over Open'],
  [['emptying begins', 'retry begins'], 'Emptying over Retry'],
  [['retry begins', 'emptying begins', 'emptying ends'], 'Retry'],
  [['retry begins', 'emptying begins', 'retry ends', 'emptying ends'], 'Open'],
  [['suspended'], 'Suspended over Open'],
  [['suspended', 'suspended', 'resumed'], 'Open'],
  [['retry begins', 'suspended', 'resumed'], 'Retry'],
  [['retry begins', 'suspended', 'retry ends'], 'Suspended over Open'],
  [['suspended', 'emptying begins'], 'Suspended over Emptying over Open'],
  [['emptying begins', 'suspended', 'emptying ends'], 'Suspended over Open'],
  [['emptying begins', 'suspended', 'retry begins', 'resumed'], 'Emptying over Retry'],
])('after %j a queue is %s', (steps, expected) => {
  expect(named(after(...steps))).toBe(expected)
})

test('there are eight states, however long a queue lives, and queues share them', () => {
  const seen = new Set<QueueState>([open])
  for (const state of seen) for (const change of changes) seen.add(afterChange(state, change))
  expect([...seen].map(named).sort()).toEqual([
    'Emptying over Open',
    'Emptying over Retry',
    'Open',
    'Retry',
    'Suspended over Emptying over Open',
    'Suspended over Emptying over Retry',
    'Suspended over Open',
    'Suspended over Retry',
  ])
  expect([...seen].every((state) => Object.isFrozen(state))).toBe(true)
})

test.each<[readonly QueueStateChange[], boolean, boolean]>([
  [[], false, false],
  [['retry begins'], true, false],
  [['retry begins', 'emptying begins'], true, true],
  [['retry begins', 'emptying begins', 'suspended'], true, true],
  [['emptying begins', 'suspended'], false, true],
])('what lies below a state is known: %j', (steps, waits, emptied) => {
  expect([waitsForNextHop(after(...steps)), isEmptied(after(...steps))]).toEqual([waits, emptied])
})
