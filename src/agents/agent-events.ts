/**
 * The events of an SMTP session at which agents are asked, by Exchange's names, in the order in which a
 * session comes to them. Those from `OnReject` on may come at any time.
 */
export const sessionEvents = [
  'OnConnectEvent',
  'OnHeloCommand',
  'OnEhloCommand',
  'OnStartTlsCommand',
  'OnAuthCommand',
  'OnEndOfAuthentication',
  'OnMailCommand',
  'OnRcptCommand',
  'OnDataCommand',
  'OnEndOfHeaders',
  'OnEndOfData',
  'OnReject',
  'OnRsetCommand',
  'OnNoopCommand',
  'OnHelpCommand',
  'OnDisconnectEvent',
] as const

/** The events of the categorizer, in its order: as it came, resolved, routed, one copy for each next hop. */
export const routingEvents = [
  'OnSubmittedMessage',
  'OnResolvedMessage',
  'OnRoutedMessage',
  'OnCategorizedMessage',
] as const

/** Every event, in the order of the pipeline. */
export const agentEvents = [...sessionEvents, ...routingEvents] as const

export type SessionEvent = (typeof sessionEvents)[number]
export type RoutingEvent = (typeof routingEvents)[number]
export type AgentEvent = SessionEvent | RoutingEvent

/** Whether the text names an event. */
export function isAgentEvent(text: string): text is AgentEvent {
  return agentEvents.some((event) => event === text)
}
