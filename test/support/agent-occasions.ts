import type { AgentMessage, AgentSession, Occasion } from '../../src/agents/occasion.ts'

/** A session from outside, as agents see it. */
export const outsideSession: AgentSession = {
  sessionId: '08DE0A110000A001',
  connector: 'EDGE01\\Default',
  fqdn: 'edge01.contoso.example',
  local: { address: '192.0.2.1', port: 25 },
  client: { address: '198.51.100.7', port: 4711 },
  helloName: 'mail.fabrikam.example',
  principal: { kind: 'Anonymous' },
  permissions: new Set(),
}

const header = [
  'Received: from mail.fabrikam.example',
  'From: Ann <ann@fabrikam.example>',
  'To: chris@contoso.example',
  'Subject: =?utf-8?B?R3LDvMOfZQ==?=',
  '',
].join('\r\n')

/** A message at the end of its content, to one recipient unless told. */
export function messageWith(given: Partial<AgentMessage> = {}): AgentMessage {
  return {
    sender: 'ann@fabrikam.example',
    bodyType: '8BITMIME',
    smtpUtf8: false,
    recipients: [{ address: 'chris@contoso.example' }],
    properties: {},
    header: Buffer.from(header),
    size: 400,
    ...given,
  }
}

/** The end of a message's content. */
export const endOfData = (given: Partial<AgentMessage> = {}): Occasion => ({
  event: 'OnEndOfData',
  session: outsideSession,
  message: messageWith(given),
})
