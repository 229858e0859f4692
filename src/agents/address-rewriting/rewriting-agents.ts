import { HeaderBlock } from '../../message/header-block.ts'
import type { Agent } from '../agent.ts'
import type { AgentAction } from '../agent-action.ts'
import type { AgentMessage, Occasion } from '../occasion.ts'
import type { AddressRewriteTable, RewriteAddress } from './address-rewrite-table.ts'
import { inboundFields, outboundFields, rewrittenFields } from './rewritten-fields.ts'

/** Exchange's names and places in the order of agents. */
const inboundAgent = { name: 'Address Rewriting Inbound Agent', priority: 2 } as const
const outboundAgent = { name: 'Address Rewriting Outbound Agent', priority: 10 } as const

/** MessageSourceName of our own notifications. */
const notification = 'DSN'

/**
 * Address rewriting as two agents. What comes from outside gets internal recipients; what comes from inside, by a
 * client that proved who it is or from a folder, gets external senders.
 */
export function addressRewritingAgents(table: AddressRewriteTable): readonly Agent[] {
  return [
    {
      ...inboundAgent,
      events: new Set(['OnRcptCommand', 'OnEndOfHeaders']),
      handle: (occasion) => inbound(occasion, table),
    },
    {
      ...outboundAgent,
      events: new Set(['OnSubmittedMessage']),
      handle: (occasion) => outbound(occasion, table),
    },
  ]
}

async function inbound(
  occasion: Occasion,
  table: AddressRewriteTable,
): Promise<readonly AgentAction[]> {
  switch (occasion.event) {
    case 'OnRcptCommand':
      return isFromOutside(occasion) ? redirected([occasion.recipient], table) : []
    case 'OnEndOfHeaders':
      return isFromOutside(occasion)
        ? await fieldChanges(occasion.message, inboundFields, table.inbound)
        : []
    default:
      return []
  }
}

const isFromOutside = ({ session }: Extract<Occasion, { readonly session: unknown }>) =>
  session.principal.kind === 'Anonymous'

async function outbound(
  occasion: Occasion,
  table: AddressRewriteTable,
): Promise<readonly AgentAction[]> {
  if (occasion.event !== 'OnSubmittedMessage') return []
  const { message, source, originating } = occasion
  // A notification goes to the sender that the outside was shown, who is somebody of ours.
  if (source === notification) {
    const fields = await fieldChanges(message, inboundFields, table.inbound)
    return [...redirected(message.recipients, table), ...fields]
  }
  if (!originating) return []
  const sender = table.outbound(message.sender)
  const fields = await fieldChanges(message, outboundFields, table.outbound)
  return sender === undefined ? fields : [{ kind: 'set-sender', address: sender }, ...fields]
}

function redirected(
  recipients: readonly { readonly address: string }[],
  table: AddressRewriteTable,
): readonly AgentAction[] {
  return recipients.flatMap(({ address }): readonly AgentAction[] => {
    const to = table.inbound(address)
    return to === undefined ? [] : [{ kind: 'redirect-recipient', from: address, to }]
  })
}

async function fieldChanges(
  { header }: AgentMessage,
  names: ReadonlySet<string>,
  rewrite: RewriteAddress,
): Promise<readonly AgentAction[]> {
  const block = new HeaderBlock(Buffer.from(header.buffer, header.byteOffset, header.byteLength))
  const fields = await rewrittenFields(block, names, rewrite)
  return fields.map((field) => ({ kind: 'replace-field', ...field }))
}
