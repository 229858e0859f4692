import { networkInterfaces } from 'node:os'
import type { Connectivity } from '../../admin/cmdlets/tests/smtp-connectivity.ts'
import { rangeContains } from '../../base/ip-range.ts'
import { type Binding, formatBinding } from '../../receive/connectors/binding.ts'
import type { ReceiveConnector } from '../../receive/connectors/receive-connector.ts'
import { currentConfig } from './current-config.ts'
import { readGreeting } from './smtp-greeting.ts'

/** Tries the listeners that a configuration file names. */
export function fileConnectivity(configFile: string): Connectivity {
  return {
    async server() {
      return (await currentConfig(configFile)).Server
    },
    async *test(signal) {
      const { Server, ReceiveConnectors } = await currentConfig(configFile)
      for (const connector of ReceiveConnectors) {
        if (!connector.Enabled) continue
        for (const binding of connector.Bindings) {
          for (const endpoint of endpointsOf(binding)) {
            if (signal.aborted) return
            yield {
              server: Server.Name,
              receiveConnector: connector.Name,
              binding: formatBinding(binding),
              endPoint: formatBinding(endpoint),
              ...(await tryConnector(connector, endpoint, signal)),
            }
          }
        }
      }
    },
  }
}

/** How the endpoint answers; when it does not, whether that is for the address of this machine. */
async function tryConnector(
  { TlsMode, RemoteIPRanges }: ReceiveConnector,
  endpoint: Binding,
  signal: AbortSignal,
) {
  const implicitTls = TlsMode === 'Implicit'
  const { connected, details, source } = await readGreeting(endpoint, { implicitTls, signal })
  const isServed =
    connected ||
    source === undefined ||
    RemoteIPRanges.some((range) => rangeContains(range, source))
  if (isServed) return { connected, details }
  const why = `The connector takes no connections from ${source}, the address of this test: its RemoteIPRanges leave it out`
  return { connected, details: `${why} (${details}).` }
}

/** Where a client can reach a binding: itself, or every address of this machine. */
function endpointsOf({ address, port }: Binding): readonly Binding[] {
  if (address !== '0.0.0.0' && address !== '::') return [{ address, port }]
  const family = address === '::' ? 'IPv6' : 'IPv4'
  const own = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === family && !/^fe80:/i.test(entry.address))
  return own.map((entry) => ({ address: entry.address, port }))
}
