import { expect, test } from 'vitest'
import type { ServerFacts } from '../../../../../src/admin/cmdlets/configuration/exchange-server.ts'
import {
  type ProcessHealth,
  serviceHealthCmdlets,
} from '../../../../../src/admin/cmdlets/tests/service-health.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'

const process = (worker: string, isRunning: boolean, complaint?: string): ProcessHealth => ({
  service: worker.replace(/-\d+$/, ''),
  worker,
  isRunning,
  complaint,
  warnings: [],
})

async function run(line: string, found: readonly ProcessHealth[]) {
  const facts: ServerFacts = {
    ...{ name: 'MBX01', fqdn: 'mbx01.x.test', role: 'Mailbox', version: '15.02.0001.000' },
  }
  const health = {
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *processes() {
      yield* found
    },
  }
  const server = { facts: () => Promise.resolve(facts) }
  const cmdlets = [...builtInCmdlets(), ...serviceHealthCmdlets(health, server)]
  const host = new RecordingHost({ width: 120 })
  const clock = new FakeClock('2026-11-21T07:00:00Z')
  await new Shell({ cmdlets, clock }).runLine(line, { host })
  return host
}

test('all services run', async () => {
  const found = [process('Transport', true), process('FrontendTransport', true)]
  const { out, notices } = await run('Test-ServiceHealth', found)
  expect(out).toBe(`
Role                RequiredServicesRunning ServicesRunning                ServicesNotRunning
----                ----------------------- ---------------                ------------------
Mailbox Server Role True                    {Transport, FrontendTransport} {}

`)
  expect(notices).toBe('')
})

test('a service of which a process is missing does not run', async () => {
  const found = [
    process('Transport', true),
    process('Transport-2', false, 'nobody answers'),
    process('Transport-3', true),
    process('FrontendTransport', true),
  ]
  const { out, notices } = await run('Test-ServiceHealth mbx01 | Format-List', found)
  expect(out).toMatch(/^RequiredServicesRunning : False$/m)
  expect(out).toMatch(/^ServicesRunning +: \{FrontendTransport\}$/m)
  expect(out).toMatch(/^ServicesNotRunning +: \{Transport\}$/m)
  expect(notices).toBe('WARNING: Transport-2: nobody answers\n')
})

test('a service that cannot do its work runs, with a warning', async () => {
  const found = [process('Transport', true, 'the service is draining')]
  const { out, notices } = await run('(Test-ServiceHealth).RequiredServicesRunning', found)
  expect(out).toBe('True\n')
  expect(notices).toBe('WARNING: Transport: the service is draining\n')
})

test('knows this server only', async () => {
  const { out, errors } = await run('Test-ServiceHealth MBX07', [process('Transport', true)])
  expect(out).toBe('')
  expect(errors).toContain("The server 'MBX07' couldn't be found")
})

test('what is amiss in a service that runs is a warning', async () => {
  const amiss = {
    ...process('Transport', true),
    warnings: ['Receive connector "A": no certificate'],
  }
  const { out, notices } = await run('Test-ServiceHealth', [amiss])
  expect(out).toContain('Mailbox Server Role True')
  expect(notices).toBe('WARNING: Transport: Receive connector "A": no certificate\n')
})
