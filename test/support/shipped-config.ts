import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'

type Settings = Readonly<Record<string, unknown>>

/** Changes to the shipped configuration. */
export interface ConfigChanges {
  /** The address that all listeners are moved to, and 10,000 ports higher. */
  readonly address: string
  /** By the beginning of the connector's name: `Client Frontend`. */
  readonly connectors?: Readonly<Record<string, Settings>>
  /** Whole sections in place of the shipped ones. */
  readonly sections?: Settings
}

const shippedPath = new URL('../../config/server.yaml', import.meta.url).pathname

/** The port that stands for a well-known one in these tests. */
export const moved = (port: number): number => port + 10_000

/** config/server.yaml as it is shipped, on loopback and high ports, with a test's own changes. */
export function shippedConfig({ address, connectors = {}, sections = {} }: ConfigChanges): string {
  const shipped = parse(readFileSync(shippedPath, 'utf8')) as Settings & {
    readonly ReceiveConnectors: readonly (Settings & { readonly Name: string })[]
  }
  const ReceiveConnectors = shipped.ReceiveConnectors.map((connector) => ({
    ...connector,
    Bindings: movedBindings(connector, address),
    RemoteIPRanges: '127.0.0.0/8',
    ...Object.entries(connectors).find(([name]) => connector.Name.startsWith(name))?.[1],
  }))
  return stringify({
    ...shipped,
    Server: { Name: 'MBX01', Fqdn: 'mbx01.relay.example', Role: 'Mailbox' },
    ReceiveConnectors,
    ...sections,
  })
}

function movedBindings({ Bindings }: Settings, address: string): string[] {
  const ports = (Bindings as readonly string[]).map((binding) => /\d+$/.exec(binding)?.[0])
  return [...new Set(ports)].map((port) => `${address}:${moved(Number(port))}`)
}
