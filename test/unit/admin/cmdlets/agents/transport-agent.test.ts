import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type {
  PipelineStage,
  RunningAgents,
} from '../../../../../src/admin/cmdlets/agents/running-agents.ts'
import { transportAgentCmdlets } from '../../../../../src/admin/cmdlets/agents/transport-agent.ts'
import { transportPipelineCmdlets } from '../../../../../src/admin/cmdlets/agents/transport-pipeline.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import type { AgentStatus, BuiltInAgent } from '../../../../../src/agents/host/hosted-agent.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'
import { SettingsShell } from '../../../../support/settings-shell.ts'

const start = `\
Server: { Name: EDGE01, Role: Edge }
TransportAgents:
  # Keeps lotteries out.
  - Name: Word Filter
    Module: word-filter.ts
    Settings: { Word: lottery }
`

const good = 'export const agent = { onEndOfData: () => undefined }\n'

const status: AgentStatus = {
  ...{ name: 'Word Filter', state: 'Running', events: ['OnEndOfData'] },
  ...{ calls: 7, failures: 1, starts: 2, lastError: 'threw an error: boom' },
  lastErrorTime: Date.parse('2026-11-21T06:00:00Z'),
}

const builtIn: readonly BuiltInAgent[] = [
  { name: 'Address Rewriting Inbound Agent', priority: 2, events: ['OnRcptCommand'] },
]

const stages: readonly PipelineStage[] = [
  { event: 'OnConnectEvent', agents: [] },
  { event: 'OnEndOfData', agents: ['Word Filter', 'Other'] },
]

/** A shell on this file with an agent's module beside it; a running server tells `running` of its agents. */
async function setUp({
  text = start,
  running,
}: { readonly text?: string; readonly running?: readonly AgentStatus[] | undefined } = {}) {
  const settings = await SettingsShell.on(text)
  await writeFile(join(settings.folder, 'word-filter.ts'), good)
  const agents: RunningAgents = {
    inForce: () => Promise.resolve(running && { users: running, builtIn }),
    pipeline: () => Promise.resolve(stages),
  }
  const cmdlets = [
    ...builtInCmdlets(),
    ...transportAgentCmdlets(settings.configuration, agents),
    ...transportPipelineCmdlets(agents),
  ]
  const shell = new Shell({ cmdlets, clock: new FakeClock('2026-11-21T06:01:52Z') })
  const run = async (line: string) => {
    const host = new RecordingHost({ width: 200, answers: ['y'] })
    await shell.runLine(line, { host, final: true })
    return host.all
  }
  return { settings, run }
}

test('an agent is shown with its settings and how it is', async () => {
  const { run } = await setUp({ running: [status] })
  expect(await run('Get-TransportAgent')).toMatch(
    /Address Rewriting Inbound Agent +True +2\nWord Filter +True +11/,
  )
  const shown = await run('Get-TransportAgent "word filter" | Format-List')
  for (const line of [
    ...[/^Priority +: 11$/m, /^TimeLimit +: 00:00:10$/m, /^MaxMemory +: 128 MB/m],
    ...[/^Settings +: \{Word=lottery\}$/m, /^State +: Running$/m, /^Events +: \{OnEndOfData\}$/m],
    ...[/^Calls +: 7$/m, /^Failures +: 1$/m, /^LastError +: threw an error: boom$/m],
  ])
    expect(shown).toMatch(line)
})

test('of a server that does not run only the settings are known', async () => {
  const { run } = await setUp()
  const shown = await run('Get-TransportAgent | Format-List State,Calls')
  expect(shown).toMatch(/^State +: Unknown$/m)
})

test('one is installed disabled, enabled, changed and uninstalled, and the comments stay', async () => {
  const { settings, run } = await setUp()
  const module = join(settings.folder, 'word-filter.ts')
  const installed = await run(
    `Install-TransportAgent Tagger -TransportAgentFactory default -AssemblyPath ${module} -TransportService Hub`,
  )
  expect(installed).toMatch(/Tagger +False +12/)
  expect(await settings.text()).toBe(
    `${start}  - Name: Tagger\n    Module: word-filter.ts\n    Enabled: false\n    TransportAgentFactory: default\n`,
  )
  expect(await run('Enable-TransportAgent Tagger')).toBe('')
  expect(
    await run(
      "Set-TransportAgent Tagger -Priority 3 -TimeLimit 0:0:5 -Settings @{Mark='[X]';To='a','b'}",
    ),
  ).toBe('')
  expect(await settings.text()).toContain('# Keeps lotteries out.')
  const { TransportAgents } = await settings.configuration.read()
  expect(TransportAgents[1]).toMatchObject({
    ...{ Name: 'Tagger', Enabled: true, Priority: 3, TimeLimit: 5000 },
    Settings: { Mark: '[X]', To: ['a', 'b'] },
  })
  expect(await run('Disable-TransportAgent Tagger')).toBe('')
  await run('Uninstall-TransportAgent Tagger -Confirm:$false')
  expect(await settings.text()).toBe(start)
  expect((await settings.audit()).map((record) => record.split(',')[2])).toEqual([
    ...['Install-TransportAgent', 'Enable-TransportAgent', 'Set-TransportAgent'],
    ...['Disable-TransportAgent', 'Uninstall-TransportAgent'],
  ])
})

test('a module that is no agent is refused when it is to be enabled', async () => {
  const { settings, run } = await setUp()
  await writeFile(join(settings.folder, 'empty.ts'), 'export const x = 1\n')
  await run('Install-TransportAgent Empty -TransportAgentFactory default -AssemblyPath empty.ts')
  const before = await settings.text()
  const refusal = (await run('Enable-TransportAgent Empty')).replaceAll(/\s+/g, ' ')
  expect(refusal).toContain('could not be loaded: it has no export called agent or default')
  expect(await settings.text()).toBe(before)
})

test('settings are a table, and a service without agents has none', async () => {
  const { run } = await setUp()
  expect(await run("Set-TransportAgent 'Word Filter' -Settings lottery")).toContain(
    'Settings are a table',
  )
  expect(await run('Get-TransportAgent -TransportService MailboxSubmission')).toContain(
    'transport agents run in Hub, Edge and FrontEnd',
  )
})

test('the pipeline has every event with its agents in order', async () => {
  const { run } = await setUp()
  const shown = await run('Get-TransportPipeline')
  expect(shown).toMatch(/^OnConnectEvent +\{\}/m)
  expect(shown).toMatch(/^OnEndOfData +\{Word Filter, Other\}/m)
})
