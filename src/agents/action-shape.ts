import { z } from 'zod'
import { isMailbox } from '../smtp/address.ts'
import { type AgentAction, type AgentActionKind, actionsAt } from './agent-action.ts'
import type { AgentEvent } from './agent-events.ts'

/** More would only be a way to hold up everybody else. */
const mostActions = 1000
const longestText = 8192
/** A line of a reply holds 512 octets with its code (RFC 5321 4.5.3.1.5). */
const longestReplyLine = 480
const mostReplyLines = 20

const text = z.string().max(longestText)
const address = z.string().refine(isMailbox, 'is no address')
const fieldName = z.string().regex(/^[!-9;-~]{1,76}$/, 'is no name of a header field')
const octets = z.instanceof(Uint8Array)

const replyShape = z
  .object({
    code: z.number().int().min(400).max(599),
    enhanced: z
      .string()
      .regex(/^[45]\.\d{1,3}\.\d{1,3}$/)
      .exactOptional(),
    lines: z.array(z.string().max(longestReplyLine)).min(1).max(mostReplyLines),
  })
  .refine(
    ({ code, enhanced }) =>
      enhanced === undefined || enhanced.startsWith(String(Math.floor(code / 100))),
    'has an enhanced code of another class than its code',
  )
const transientReply = replyShape.refine(({ code }) => code < 500, 'is no 4yz reply')

const property = z.discriminatedUnion('name', [
  z.object({
    kind: z.literal('set-property'),
    name: z.literal('scl'),
    value: z.number().int().min(-1).max(9),
  }),
  z.object({
    kind: z.literal('set-property'),
    name: z.literal('priority'),
    value: z.enum(['High', 'Normal', 'Low']),
  }),
  z.object({
    kind: z.literal('set-property'),
    name: z.literal('authenticationResults'),
    value: text,
  }),
  z.object({
    kind: z.literal('set-property'),
    name: z.literal('tag'),
    tag: z.string().regex(/^[\w-]{1,64}$/),
    value: text,
  }),
])

const named = z.string().min(1).max(255)

const route = z.object({ kind: z.literal('route'), address, connector: named })

const shapes = {
  reject: z.object({ kind: z.literal('reject'), reply: replyShape }),
  disconnect: z.object({ kind: z.literal('disconnect'), reply: replyShape.exactOptional() }),
  discard: z.object({ kind: z.literal('discard'), reason: text.exactOptional() }),
  quarantine: z.object({ kind: z.literal('quarantine'), reason: text }),
  defer: z.object({
    kind: z.literal('defer'),
    reply: transientReply.exactOptional(),
    until: z.number().exactOptional(),
    reason: text.exactOptional(),
  }),
  'add-field': z.object({
    kind: z.literal('add-field'),
    name: fieldName,
    value: text,
    at: z.enum(['top', 'bottom']),
  }),
  'set-field': z.object({ kind: z.literal('set-field'), name: fieldName, value: text }),
  'replace-field': z.object({
    kind: z.literal('replace-field'),
    name: fieldName,
    index: z.number().int().min(0),
    octets: octets.refine(staysOneField, 'would end the field'),
  }),
  'remove-field': z.object({ kind: z.literal('remove-field'), name: fieldName }),
  'replace-body': z.object({ kind: z.literal('replace-body'), body: octets }),
  'add-recipient': z.object({ kind: z.literal('add-recipient'), address }),
  'remove-recipient': z.object({ kind: z.literal('remove-recipient'), address: text }),
  'redirect-recipient': z.object({
    kind: z.literal('redirect-recipient'),
    from: text,
    to: address,
  }),
  'reject-recipient': z.object({
    kind: z.literal('reject-recipient'),
    address: text,
    reply: replyShape.refine(({ code }) => code >= 500, 'is no 5yz reply'),
  }),
  'set-sender': z.object({
    kind: z.literal('set-sender'),
    address: z.union([z.literal(''), address]),
  }),
  'set-property': property,
  route,
} as const

/** A line end within a field must be a fold. */
function staysOneField(value: Uint8Array): boolean {
  return !/\r(?!\n)|\n(?![ \t])|(?<!\r)\n|\0/.test(Buffer.from(value).toString('latin1'))
}

/** The actions of an answer, or why it is none. Nothing of a wrong answer is done. */
export function readActions(
  answer: unknown,
  event: AgentEvent,
): { readonly actions: readonly AgentAction[] } | { readonly fault: string } {
  if (!Array.isArray(answer)) return { fault: 'the answer is no list of actions' }
  if (answer.length > mostActions) return { fault: `more than ${mostActions} actions` }
  const actions: AgentAction[] = []
  for (const [at, given] of answer.entries()) {
    const action = readAction(given, event)
    if (typeof action === 'string') return { fault: `action ${at + 1}: ${action}` }
    actions.push(action)
  }
  return { actions }
}

function readAction(given: unknown, event: AgentEvent): AgentAction | string {
  const { data: kind } = kindOf.safeParse(given)
  if (kind === undefined) return 'is none that the relay knows'
  if (!actionsAt[event].includes(kind.kind)) return `${kind.kind} is not possible at ${event}`
  const read = shapes[kind.kind].safeParse(withoutAbsent(given))
  return read.success ? read.data : `${kind.kind}: ${firstIssue(read.error)}`
}

/** What is left out may come as undefined, too. */
function withoutAbsent(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const kinds = Object.keys(shapes).filter((kind): kind is AgentActionKind => kind in shapes)
const kindOf = z.object({ kind: z.enum(kinds) })

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'is wrong' : `${issue.path.join('.')} ${issue.message}`.trim()
}
