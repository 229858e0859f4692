import { expect, test } from 'vitest'
import { actionsAt } from '../../../src/agents/agent-action.ts'
import { agentEvents, isAgentEvent, routingEvents } from '../../../src/agents/agent-events.ts'

test('every event says which actions it takes', () => {
  expect(Object.keys(actionsAt)).toEqual([...agentEvents])
})

test('a message that was taken is not refused by ending a connection', () => {
  for (const event of routingEvents) expect(actionsAt[event]).not.toContain('disconnect')
})

test('only who can see the whole body may replace it', () => {
  const replacing = agentEvents.filter((event) => actionsAt[event].includes('replace-body'))
  expect(replacing).toEqual(['OnEndOfData', ...routingEvents])
})

test.each([
  ['OnEndOfData', true],
  ['onEndOfData', false],
  ['OnRcptToCommand', false],
])('%s as the name of an event: %s', (text, known) => {
  expect(isAgentEvent(text)).toBe(known)
})
