import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayProcess } from '../test/support/relay-process.ts'
import { edgeConfig } from '../test/support/relay-config.ts'
import { type Ground, addressOf } from './ground.ts'
import type { MailServer, Place } from './mail-server.ts'
import { ProcessTree } from './process-tree.ts'

/** A relay to start. */
export interface RelayPlan {
  readonly label?: string
  readonly place: Place
  /** Text of server.yaml. */
  readonly config: string
  readonly services: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The real `edge start`, supervisor and services, with its queue in the run's folder. */
export class RelayServer implements MailServer {
  readonly label: string
  readonly place: Place
  readonly tree: ProcessTree
  readonly configuration: string
  readonly #process: RelayProcess

  private constructor(process: RelayProcess, { label = 'relay', place, config }: RelayPlan) {
    this.label = label
    this.place = place
    this.configuration = config.trim()
    this.tree = new ProcessTree(process.pid)
    this.#process = process
  }

  static async start(ground: Ground, plan: RelayPlan, folder?: string): Promise<RelayServer> {
    const process = await RelayProcess.start({
      config: plan.config,
      services: plan.services,
      folder: folder ?? (await mkdtemp(join(ground.folder, 'relay-'))),
      main: relayEntry(ground),
      ...(plan.env !== undefined && { env: plan.env }),
    })
    return new RelayServer(process, plan)
  }

  get dataFolder(): string {
    return this.#process.dataFolder
  }

  lastWords(): Promise<string> {
    return Promise.resolve(this.#process.output.split('\n').slice(-15).join('\n'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
  }
}

/** The program `edge` of the checkout; older ones have only its source. */
export function relayEntry({ root }: Ground): string {
  const entry = join(root, 'bin', 'edge.js')
  return existsSync(entry) ? entry : join(root, 'src', 'main.ts')
}

export interface EdgePlanOptions {
  readonly sendConnectors: string
  readonly label?: string
  readonly host?: 'relay' | 'secondRelay'
  readonly connector?: Readonly<Record<string, string | number>>
  /** Further settings of TransportService. */
  readonly transport?: Readonly<Record<string, string | number>>
}

/** An Edge server with one Receive connector; the limits for one source and the rate limits are off. */
export function edgePlan(ground: Ground, options: EdgePlanOptions): RelayPlan {
  const { sendConnectors, label, host = 'relay', connector, transport } = options
  const address = addressOf(ground, host)
  const config = edgeConfig({
    address,
    sendConnectors,
    more: `${transportSettings(transport)}${certificateSettings(ground)}`,
    ...(connector !== undefined && { connector }),
  })
  const place = { address, port: 25 }
  return { place, config, services: ['Transport'], ...(label !== undefined && { label }) }
}

/** As many connections to a next hop as Postfix is given; no limit for one busy client. */
export function transportSettings(more: EdgePlanOptions['transport'] = {}): string {
  const all = {
    MaxConnectionRatePerMinute: 'unlimited',
    MaxPerDomainOutboundConnections: 20,
    ...more,
  }
  const lines = Object.entries(all).map(([name, value]) => `  ${name}: ${value}\n`)
  return `TransportService:\n${lines.join('')}`
}

export function certificateSettings({ certificate }: Ground): string {
  const { certFile, keyFile } = certificate
  return `Certificates:\n  - { CertificateFile: ${certFile}, KeyFile: ${keyFile} }\n`
}
