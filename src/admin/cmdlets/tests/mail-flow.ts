import { type Milliseconds, hour, second } from '../../../base/time-span.ts'
import type { TrackingRecord } from '../../../logs/tracking-log.ts'
import {
  type Cmdlet,
  type CmdletContext,
  defineCmdlet,
  parameter,
  refused,
} from '../../shell/cmdlet.ts'
import { credential, identity, text, timeSpan } from '../../shell/parameter-types.ts'
import { type Credential, ShellObject, TimeSpan } from '../../values/value.ts'
import type { ServerInquiry } from '../configuration/exchange-server.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { requireThisServer } from '../configuration/this-server.ts'

/** A message that was handed to this server, or refused by it. */
export interface TestMessage {
  readonly messageId: string
  /** Where it was handed over: `127.0.0.1:25`. */
  readonly endPoint: string
  readonly accepted: boolean
  /** The server's last reply, or why there was none. */
  readonly reply: string
}

/** A test message, and as whom and where it is handed over. */
export interface TestMail {
  readonly sender: string | undefined
  readonly recipient: string
  /** Logs in with it, over TLS. */
  readonly credential: Credential | undefined
  /** Name of the Receive connector; undefined: one that takes mail of such a client. */
  readonly connector: string | undefined
}

/** This server as a client sees it, and what it tells of a message. */
export interface MailFlow {
  send(mail: TestMail, signal: AbortSignal): Promise<TestMessage>
  /** The events of a message so far; undefined when no tracking log is kept. */
  events(messageId: string, signal: AbortSignal): Promise<readonly TrackingRecord[] | undefined>
}

type Outcome = 'Sent' | 'Failed' | 'Deferred' | 'Waiting' | 'Refused' | 'Accepted'

interface Result {
  readonly outcome: Outcome
  readonly details: string
}

const usualTimeout: Milliseconds = 30 * second
const pause: Milliseconds = second / 2

const noMailboxes = refused('a relay has no mailboxes; give -TargetEmailAddress.')
const noHybrid = refused('there is no hybrid mail flow with Exchange Online.')
const noMonitoring = refused('there is no monitoring that would take its events.')

/** `Test-MailFlow`. */
export function mailFlowCmdlets(flow: MailFlow, server: ServerInquiry): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Test-MailFlow',
      synopsis: 'Sends a test message by this server and tells what became of it.',
      description:
        'The message goes in by SMTP, as a client of this machine would send it, without an account or with one (-Credential), so what the Receive connectors refuse is refused here. Success means that the next hop has accepted it, as the message tracking log tells; what becomes of it there cannot be seen from here.',
      parameters: {
        TargetEmailAddress: parameter(text, {
          help: 'Where the message goes.',
          position: 0,
          required: true,
          aliases: ['Recipient'],
        }),
        SenderAddress: parameter(text, {
          help: 'Whom it comes from, who is told when it cannot be delivered.',
          defaultText: 'postmaster of the default accepted domain; the user with -Credential',
        }),
        Credential: parameter(credential, {
          help: 'The user who logs in, over TLS: (Get-Credential). Users may send to any domain.',
          defaultText: 'no log-in, as mail from outside comes',
        }),
        ReceiveConnector: parameter(text, {
          help: 'The Receive connector that takes the message.',
          defaultText: 'one that takes mail of such a client',
        }),
        ExecutionTimeout: parameter(timeSpan(second, hour), {
          help: 'How long its delivery is waited for.',
          defaultText: '00:00:30',
        }),
        Identity: parameter(identity, { help: 'This server; there is no other.' }),
        TargetMailboxServer: noMailboxes,
        TargetDatabase: noMailboxes,
        AutoDiscoverTargetMailboxServer: noMailboxes,
        CrossPremises: noHybrid,
        CrossPremisesExpirationTimeout: noHybrid,
        CrossPremisesPendingErrorCount: noHybrid,
        ErrorLatency: noMonitoring,
        MonitoringContext: noMonitoring,
        TargetEmailAddressDisplayName: noMonitoring,
        ActiveDirectoryTimeout: directoryParameters.DomainController,
        ...directoryParameters,
      },
      confirms: 'on-request',
      outputs: [
        ...['TestMailflowResult', 'Outcome', 'MessageLatencyTime', 'TargetEmailAddress'],
        ...['MessageId', 'EndPoint', 'Details'],
      ],
      examples: [
        { code: 'Test-MailFlow postmaster@contoso.com', text: 'Whether mail arrives there.' },
        {
          code: 'Test-MailFlow -TargetEmailAddress user@contoso.com -ExecutionTimeout 00:02:00',
          text: 'The same with more patience.',
        },
        {
          code: 'Test-MailFlow user@fabrikam.com -Credential (Get-Credential) -SenderAddress ann@contoso.com',
          text: 'Whether mail of a user leaves: without a log-in mail for other domains is refused.',
        },
      ],
      async *run({ given }, context) {
        const { TargetEmailAddress: recipient, SenderAddress: sender, Identity } = given
        const { Credential: account, ReceiveConnector: connector } = given
        if (Identity !== undefined) {
          const { name: Name, fqdn: Fqdn } = await server.facts()
          requireThisServer(Identity, { Name, Fqdn })
        }
        if (!(await context.confirmChange(`Sending a test message to "${recipient}".`))) return
        const begun = context.clock.monotonic()
        const message = await flow.send(
          { sender, recipient, credential: account, connector },
          context.signal,
        )
        const limit = begun + (given.ExecutionTimeout ?? usualTimeout)
        const result = message.accepted
          ? await watched(flow, { message, limit, context })
          : ({ outcome: 'Refused', details: message.reply } as const)
        const took = new TimeSpan(Math.round(context.clock.monotonic() - begun))
        yield resultObject(recipient, message, { ...result, took })
      },
    }),
  ]
}

interface Watch {
  readonly message: TestMessage
  readonly limit: Milliseconds
  readonly context: CmdletContext
}

/** Looks at what the tracking log tells until that is final, or nobody wants to wait longer. */
async function watched(flow: MailFlow, { message, limit, context }: Watch): Promise<Result> {
  const { clock, signal } = context
  for (;;) {
    const events = await flow.events(message.messageId, signal)
    if (events === undefined) {
      context.writeWarning(
        'The message was accepted. Without the message tracking log its delivery cannot be seen.',
      )
      return { outcome: 'Accepted', details: message.reply }
    }
    const result = resultOf(events)
    const final = result.outcome === 'Sent' || result.outcome === 'Failed'
    if (final || signal.aborted || clock.monotonic() + pause > limit) return result
    await clock.sleep(pause, signal)
  }
}

function resultOf(events: readonly TrackingRecord[]): Result {
  const told = (outcome: Outcome, ...ids: readonly string[]): Result | undefined => {
    const event = events.findLast(({ eventId }) => ids.includes(eventId))
    if (event === undefined) return undefined
    const statuses = event.recipientStatuses.join('; ')
    const host = event.serverHostname === '' ? event.serverIp : event.serverHostname
    const by = outcome === 'Sent' ? `${host} by ${event.connectorId}: ` : ''
    return { outcome, details: `${by}${statuses === '' ? event.sourceContext : statuses}` }
  }
  return (
    told('Failed', 'FAIL', 'DROP') ??
    told('Sent', 'SEND') ??
    told('Deferred', 'DEFER') ?? { outcome: 'Waiting', details: 'in the queue; see Get-Queue' }
  )
}

function resultObject(
  recipient: string,
  message: TestMessage,
  { outcome, details, took }: Result & { readonly took: TimeSpan },
): ShellObject {
  const success = outcome === 'Sent'
  return new ShellObject({
    type: 'TestMailflowResult',
    properties: {
      // As Exchange writes it, so that scripts find what they look for.
      TestMailflowResult: success ? 'Success' : '*FAILURE*',
      Outcome: outcome,
      MessageLatencyTime: took,
      TargetEmailAddress: recipient,
      MessageId: message.messageId,
      EndPoint: message.endPoint,
      Details: details,
    },
  })
}
