import { expect, test } from 'vitest'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { bareRuntime, processMemory } from '../support/process-memory.ts'
import { RelayProcess } from '../support/relay-process.ts'

const megabyte = 1024 ** 2
const address = '127.0.117.41'

test('at rest the supervisor is hardly more than the runtime, and a service holds no schemas', async () => {
  const host = { address: '127.0.117.42', port: 2525 }
  const config = mailboxConfig({ address, sendConnectors: smartHost('*', host) })
  await using relay = await RelayProcess.start({ config })
  const beyond: Record<string, number> = {}
  const runtime = await bareRuntime()
  for (const [name, pid] of Object.entries(relay.processes))
    beyond[name] = (processMemory(pid).resident - runtime) / megabyte
  // Measured: 12, 70 and 55 in the first seconds, with the program compiled before.
  expect(beyond['Supervisor']).toBeLessThan(40)
  expect(beyond['Transport']).toBeLessThan(120)
  expect(beyond['FrontendTransport']).toBeLessThan(110)
})
