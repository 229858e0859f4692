import type { SessionFacts } from '../message/message-sink.ts'
import type { AgentSession } from './occasion.ts'

/** The session as agents see it: what a front end of ours says of its client holds for the client. */
export function agentSession(facts: SessionFacts): AgentSession {
  const { sessionId, connector, fqdn, local, tls, principal, permissions, proxiedFor } = facts
  return {
    sessionId,
    connector,
    fqdn,
    local,
    client: proxiedFor?.client ?? facts.remote,
    helloName: (proxiedFor ?? facts).helloName,
    ...(tls !== undefined && { tls }),
    principal,
    permissions,
  }
}
