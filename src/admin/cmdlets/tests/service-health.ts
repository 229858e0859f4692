import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, refused } from '../../shell/cmdlet.ts'
import { ShellObject } from '../../values/value.ts'
import type { ServerInquiry } from '../configuration/exchange-server.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { requireThisServer, serverParameter } from '../configuration/this-server.ts'

/** How one process of a service of this server is. */
export interface ProcessHealth {
  /** The service, as `edge start --service` takes it. */
  readonly service: string
  /** The process, where a service has several. */
  readonly worker: string
  readonly isRunning: boolean
  /** Why it cannot do its work; undefined when it can. */
  readonly complaint: string | undefined
  /** What is amiss while it does its work. */
  readonly warnings: readonly string[]
}

/** The services that the role of this server is made of. */
export interface ServerHealth {
  processes(): AsyncIterable<ProcessHealth>
}

const view = tableView(
  ...['Role', 'RequiredServicesRunning', 'ServicesRunning', 'ServicesNotRunning'],
)

/** `Test-ServiceHealth`. */
export function serviceHealthCmdlets(
  health: ServerHealth,
  server: ServerInquiry,
): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Test-ServiceHealth',
      synopsis: 'Shows whether the services that the role needs are running.',
      description:
        'A service of several processes runs when all of them do. What keeps one from its work is told by a warning.',
      parameters: {
        Server: { ...serverParameter, position: 0, pipeline: 'both' },
        ActiveDirectoryTimeout: refused('there is no Active Directory.'),
        MonitoringContext: refused('there is no monitoring that would take its events.'),
        ...directoryParameters,
      },
      confirms: 'on-request',
      outputs: ['Role', 'RequiredServicesRunning', 'ServicesRunning', 'ServicesNotRunning'],
      examples: [
        { code: 'Test-ServiceHealth', text: 'Whether all services run, and which do not.' },
        {
          code: 'if (-not (Test-ServiceHealth).RequiredServicesRunning) { exit 1 }',
          text: 'For scripts that watch the server.',
        },
      ],
      async *run({ given }, context) {
        const facts = await server.facts()
        requireThisServer(given.Server, { Name: facts.name, Fqdn: facts.fqdn })
        if (!(await context.confirmChange(`Testing the services of "${facts.name}".`))) return
        const services = new Map<string, boolean>()
        for await (const { service, worker, ...state } of health.processes()) {
          services.set(service, state.isRunning && (services.get(service) ?? true))
          for (const told of [state.complaint ?? [], state.warnings].flat())
            context.writeWarning(`${worker}: ${told}`)
        }
        yield healthObject(facts.role, services)
      },
    }),
  ]
}

function healthObject(
  role: 'Mailbox' | 'Edge',
  services: ReadonlyMap<string, boolean>,
): ShellObject {
  const those = (wanted: boolean) =>
    [...services].flatMap(([name, isRunning]) => (isRunning === wanted ? [name] : []))
  return new ShellObject({
    type: 'ServiceHealth',
    view,
    properties: {
      Role: role === 'Edge' ? 'Edge Transport Server Role' : 'Mailbox Server Role',
      RequiredServicesRunning: those(false).length === 0,
      ServicesRunning: those(true),
      ServicesNotRunning: those(false),
    },
  })
}
