import { networkInterfaces } from 'node:os'
import type { Connectivity } from '../../admin/cmdlets/smtp-connectivity.ts'
import { type Binding, formatBinding } from '../../receive/binding.ts'
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
      for (const { Name, Enabled, Bindings, TlsMode } of ReceiveConnectors) {
        if (!Enabled) continue
        for (const binding of Bindings) {
          for (const endpoint of endpointsOf(binding)) {
            if (signal.aborted) return
            const implicitTls = TlsMode === 'Implicit'
            yield {
              server: Server.Name,
              receiveConnector: Name,
              binding: formatBinding(binding),
              endPoint: formatBinding(endpoint),
              ...(await readGreeting(endpoint, { implicitTls, signal })),
            }
          }
        }
      }
    },
  }
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
