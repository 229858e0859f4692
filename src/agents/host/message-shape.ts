import { z } from 'zod'
import { agentEvents } from '../agent-events.ts'
import type { FromAgent } from './messages.ts'

const text = z.string()
const count = z.number().int().min(0)

/** The actions of an answer are looked at where they are done. */
const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('loaded'), events: z.array(z.enum(agentEvents)) }),
  z.object({ kind: z.literal('not-loaded'), reason: text }),
  z.object({ kind: z.literal('crashed'), reason: text }),
  z.object({ kind: z.literal('answer'), id: count, actions: z.unknown() }),
  z.object({ kind: z.literal('threw'), id: count, reason: text, stack: text.optional() }),
  z.object({ kind: z.literal('read'), id: count, request: count, index: count }),
  z.object({ kind: z.literal('log'), text }),
  z.object({ kind: z.literal('pong') }),
])

/**
 * Whether it is word of an agent's process. The code of the agent, and what it imports, may write to the same channel
 * whatever it likes.
 */
export function isFromAgent(message: unknown): message is FromAgent {
  return shape.safeParse(message).success
}
