import type { Bytes } from '../../../base/byte-size.ts'
import { isMailbox } from '../../../smtp/address.ts'
import { type Cmdlet, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { byteSize, identity } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'

/** An address with its domain; angle brackets around it mean nothing. */
const recipient: ParameterType<string> = {
  ...identity,
  name: 'SmtpAddress',
  convert: (argument) => {
    const given = identity.convert(argument)
    if ('problem' in given) return given
    const value = given.value.trim().replace(/^<(.*)>$/, '$1')
    return isMailbox(value)
      ? { value }
      : { problem: `"${given.value}" is no address, such as user@contoso.com.` }
  },
}

/** Why a recipient goes where, in words. */
export interface RouteReport {
  /** Who gets the mail: by the directory it may be somebody else than who was asked about. */
  readonly finalRecipient: string
  /** What the directory made of the address, step by step. */
  readonly resolution: readonly string[]
  readonly domain: string
  readonly acceptedDomain: string | undefined
  readonly domainType: string | undefined
  readonly sendConnector: string | undefined
  readonly deliveryType: string | undefined
  readonly nextHopDomain: string | undefined
  /** The hosts with their addresses, in the order tried. */
  readonly nextHops: readonly string[]
  readonly status: 'Success' | 'NoNextHop' | 'Unreachable' | 'Failed' | 'Deferred'
  /** The reply, or the error, of what is no success. */
  readonly details: string
  /** Each connector with why it was chosen, or not. */
  readonly candidates: readonly string[]
}

/** The routing of the configuration as it stands. */
export interface Routes {
  /** One report for each who gets the mail. */
  explain(address: string, size: Bytes): Promise<readonly RouteReport[]>
}

/** `Test-Route`. */
export function routeCmdlets(routes: Routes): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Test-Route',
      synopsis: 'Tells which connector takes a recipient, why, and to which hosts.',
      description:
        'Chooses as the Transport service does, by the configuration and the directory as they stand and the DNS of the moment: for a group once for each member. No message is sent.',
      parameters: {
        Recipient: parameter(recipient, {
          help: 'The address that mail is to go to.',
          position: 0,
          required: true,
          pipeline: 'both',
          aliases: ['Identity', 'EmailAddress'],
        }),
        MessageSize: parameter(byteSize(), {
          help: 'The size of the message; a connector with a smaller MaxMessageSize does not take it.',
          aliases: ['Size'],
          defaultText: '0 B',
        }),
      },
      outputs: [
        ...['Recipient', 'Status', 'AcceptedDomain', 'DomainType', 'SendConnector'],
        ...['DeliveryType', 'NextHopDomain', 'NextHops', 'Details', 'Candidates'],
        ...['FinalRecipient', 'Resolution'],
      ],
      examples: [
        { code: 'Test-Route user@contoso.com', text: 'Where mail to this address goes.' },
        {
          code: 'Test-Route user@contoso.com -MessageSize 50MB | Format-List Status,Candidates',
          text: 'Whether a connector takes a message of this size, and why the others do not.',
        },
      ],
      async *run({ given }) {
        for (const report of await routes.explain(given.Recipient, given.MessageSize ?? 0))
          yield routeObject(given.Recipient, report)
      },
    }),
  ]
}

function routeObject(recipient: string, report: RouteReport): ShellObject {
  return new ShellObject({
    type: 'RouteReport',
    properties: {
      Recipient: recipient,
      Status: report.status,
      AcceptedDomain: report.acceptedDomain ?? null,
      DomainType: report.domainType ?? null,
      SendConnector: report.sendConnector ?? null,
      DeliveryType: report.deliveryType ?? null,
      NextHopDomain: report.nextHopDomain ?? null,
      NextHops: report.nextHops,
      Details: report.details,
      Candidates: report.candidates,
      FinalRecipient: report.finalRecipient,
      Resolution: report.resolution,
    },
  })
}
