import type { RemoteDomain } from '../../dsn/remote-domain.ts'
import type { RemoteDomainTable } from '../../dsn/remote-domains.ts'
import { domainOf } from '../../message/envelope.ts'
import { HeaderBlock } from '../../message/header-block.ts'
import type { Agent } from '../agent.ts'
import type { AgentAction } from '../agent-action.ts'
import type { Occasion } from '../occasion.ts'
import { type AutomaticKind, automaticKind } from './automatic-mail.ts'

/** The domains of the organisation, for which no remote domain holds. */
interface AcceptedDomains {
  isAccepted(domain: string): boolean
}

/**
 * Keeps automatic mail of ours from remote domains that are not to have it: such recipients are dropped without a
 * notification, which would be as unwelcome.
 */
export function remoteDomainAgent(remote: RemoteDomainTable, accepted: AcceptedDomains): Agent {
  return {
    name: 'Remote Domain Agent',
    priority: 11,
    events: new Set(['OnResolvedMessage']),
    handle: (occasion) => keptBack(occasion, (domain) => !accepted.isAccepted(domain), remote),
  }
}

function keptBack(
  occasion: Occasion,
  isRemote: (domain: string) => boolean,
  remote: RemoteDomainTable,
): readonly AgentAction[] {
  if (occasion.event !== 'OnResolvedMessage' || !occasion.originating) return []
  const { header, recipients } = occasion.message
  const kind = automaticKind(
    new HeaderBlock(Buffer.from(header.buffer, header.byteOffset, header.byteLength)),
  )
  if (kind === undefined) return []
  return recipients.flatMap(({ address }): readonly AgentAction[] => {
    const domain = domainOf(address)
    const isKept = isRemote(domain) && !allows(remote.find(domain), kind)
    return isKept ? [{ kind: 'remove-recipient', address }] : []
  })
}

function allows(domain: RemoteDomain, kind: AutomaticKind): boolean {
  switch (kind) {
    case 'out-of-office':
      return domain.AllowedOOFType !== 'None'
    case 'reply':
      return domain.AutoReplyEnabled
    case 'forward':
      return domain.AutoForwardEnabled
  }
}
