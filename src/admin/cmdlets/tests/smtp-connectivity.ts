import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../../shell/cmdlet.ts'
import { identity } from '../../shell/parameter-types.ts'
import { ShellObject } from '../../values/value.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { type ThisServer, requireThisServer } from '../configuration/this-server.ts'

/** One Receive connector's binding at one address of this machine, and how it answered. */
export interface ConnectivityReport {
  readonly server: string
  readonly receiveConnector: string
  readonly binding: string
  readonly endPoint: string
  readonly connected: boolean
  /** The greeting, or what kept it away. */
  readonly details: string
}

/** This server's listeners, tried as a client would. */
export interface Connectivity {
  server(): Promise<ThisServer>
  test(signal: AbortSignal): AsyncIterable<ConnectivityReport>
}

const view = tableView('Server', 'ReceiveConnector', 'Binding', 'StatusCode', 'Details')

/** `Test-SmtpConnectivity`. */
export function connectivityCmdlets(connectivity: Connectivity): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Test-SmtpConnectivity',
      synopsis: 'Connects to each binding of each Receive connector and shows its greeting.',
      description:
        'A binding to all addresses is tried at each address of this machine. Disabled connectors are left out. No message is sent.',
      parameters: {
        Identity: parameter(identity, {
          help: 'This server; there is no other.',
          position: 0,
          pipeline: 'both',
        }),
        MonitoringContext: refused('there is no monitoring that would take its events.'),
        ...directoryParameters,
      },
      confirms: 'on-request',
      outputs: ['Server', 'ReceiveConnector', 'Binding', 'EndPoint', 'StatusCode', 'Details'],
      examples: [
        { code: 'Test-SmtpConnectivity', text: 'Whether all Receive connectors answer.' },
        {
          code: 'Test-SmtpConnectivity | where StatusCode -ne Success | Format-List',
          text: 'Those that do not, and why.',
        },
      ],
      async *run({ given }, context) {
        const server = await connectivity.server()
        requireThisServer(given.Identity, server)
        if (
          !(await context.confirmChange(
            `Connecting to the Receive connectors of "${server.Name}".`,
          ))
        )
          return
        for await (const report of connectivity.test(context.signal)) yield reportObject(report)
      },
    }),
  ]
}

function reportObject(report: ConnectivityReport): ShellObject {
  return new ShellObject({
    type: 'SmtpConnectivityStatus',
    view,
    properties: {
      Server: report.server,
      ReceiveConnector: report.receiveConnector,
      Binding: report.binding,
      EndPoint: report.endPoint,
      StatusCode: report.connected ? 'Success' : 'Error',
      Details: report.details,
    },
  })
}
