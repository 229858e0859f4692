import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { programForEverybody } from '../support/program-for-everybody.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'
import { Terminal, type TerminalOptions, keys } from './terminal.ts'

const main = new URL('../../bin/edge.js', import.meta.url).pathname
const prompt = /\[PS\] EDGE01> $/

/** `edge shell` at its first prompt, on a configuration without running services. */
async function openShell({
  folder,
  ...options
}: TerminalOptions & { readonly folder?: string } = {}): Promise<Terminal> {
  const home = folder ?? (await tempFolder())
  const config = join(home, 'server.yaml')
  const connectors = smartHost('*', { address: '192.0.2.1', port: 25 })
  await writeFile(config, edgeConfig({ address: '127.0.0.1', sendConnectors: connectors }))
  const command = ['shell', '-Config', config, '-Data', join(home, 'data')]
  const env = { XDG_STATE_HOME: home, ...options.env }
  const terminal = new Terminal([process.execPath, main, ...command], { ...options, env })
  await terminal.shows(prompt)
  return terminal
}

/** Types a line and gives what it wrote, without its echo and the prompt behind it. */
async function answer(terminal: Terminal, line: string): Promise<string> {
  terminal.type(`${line}${keys.enter}`)
  const shown = await terminal.shows(/\n\[PS\] EDGE01> $/)
  return shown.slice(shown.indexOf('\n') + 1, shown.lastIndexOf('[PS]'))
}

describe('edge shell at a terminal', () => {
  test('greets, answers, and ends at Ctrl-D', async () => {
    await using terminal = await openShell()
    expect(terminal.written).toContain('Edge Relay management shell, server EDGE01')
    expect(await answer(terminal, 'Write-Output one')).toBe('one\n')
    terminal.type(keys.end)
    expect(await terminal.ended()).toBe(0)
  })

  test('exit ends it with its code', async () => {
    await using terminal = await openShell()
    terminal.type(`exit 3${keys.enter}`)
    expect(await terminal.ended()).toBe(3)
  })

  test('runs for an account without a name and without a home', async () => {
    const folder = await tempFolder()
    await chmod(folder, 0o755)
    const config = join(folder, 'server.yaml')
    await copyFile(new URL('../../config/server.yaml', import.meta.url), config)
    const { node, edge } = await programForEverybody()
    const account = ['setpriv', '--reuid', '12345', '--regid', '0', '--clear-groups']
    const bare = ['env', '-u', 'HOME', '-u', 'XDG_STATE_HOME']
    const shell = [node, edge, 'shell', '-Config', config]
    await using terminal = new Terminal([...account, ...bare, ...shell])
    await terminal.shows(/\[PS\] MBX01> $/)
    terminal.type(`exit 3${keys.enter}`)
    expect(await terminal.ended()).toBe(3)
  })

  test('Tab completes commands, parameters and values', async () => {
    await using terminal = await openShell()
    terminal.type(`Get-SendC${keys.tab}`)
    await terminal.shows(/Get-SendConnector $/)
    terminal.type(`-Id${keys.tab}`)
    await terminal.shows(/-Identity $/)
    terminal.type(keys.interrupt)
    await terminal.shows(prompt)
    terminal.type(`Set-SendConnector x -ProtocolLoggingLevel ${keys.tab}`)
    await terminal.shows(/None +Verbose\n.*-ProtocolLoggingLevel $/)
    terminal.type(`v${keys.tab}`)
    await terminal.shows(/Verbose$/)
    terminal.type(` -${keys.tab}`)
    await terminal.shows(/-AddressSpaces .*-ProtocolLoggingLevel Verbose -$/s)
  })

  test('the arrow keys bring earlier lines, also those of an earlier session', async () => {
    const folder = await tempFolder()
    await using first = await openShell({ folder })
    await answer(first, 'Write-Output one')
    await answer(first, 'Write-Output two')
    first.type(keys.up)
    await first.shows(/Write-Output two$/)
    first.type(keys.up)
    await first.shows(/Write-Output one$/)
    expect(await answer(first, '')).toBe('one\n')
    await answer(first, "$p = ConvertTo-SecureString 'hidden' -AsPlainText -Force")
    first.type(keys.end)
    await first.ended()
    await using second = await openShell({ folder })
    second.type(keys.up)
    await second.shows(/Write-Output one$/)
    expect(await readFile(join(folder, 'edge-relay', 'shell-history'), 'utf8')).not.toContain(
      'hidden',
    )
  })

  test('an unfinished line goes on in the next one', async () => {
    await using terminal = await openShell()
    terminal.type(`foreach ($n in 1..2) {${keys.enter}`)
    await terminal.shows(/>> $/)
    terminal.type(`  "n$n"${keys.enter}`)
    await terminal.shows(/>> $/)
    expect(await answer(terminal, '}')).toBe('n1\nn2\n')
  })

  test('lines that are pasted at once run one after the other', async () => {
    await using terminal = await openShell()
    terminal.type(`Write-Output a${keys.enter}Write-Output b |${keys.enter}Out-String${keys.enter}`)
    const shown = await terminal.shows(/\nb\n\n?\[PS\] EDGE01> $/)
    expect(shown).toMatch(/\na\n/)
  })

  test('Ctrl-C stops a command, and the shell lives on', async () => {
    await using terminal = await openShell()
    terminal.type(`Write-Host begun; Start-Sleep 1000${keys.enter}`)
    await terminal.shows(/\nbegun\n/)
    terminal.type(keys.interrupt)
    await terminal.shows(prompt)
    terminal.type(`Write-Host busy; while ($true) { $n++ }${keys.enter}`)
    await terminal.shows(/\nbusy\n/)
    terminal.type(keys.interrupt)
    await terminal.shows(prompt)
    expect(await answer(terminal, '$n -gt 0')).toBe('True\n')
  })

  test('Ctrl-C drops the line that is being typed', async () => {
    await using terminal = await openShell()
    terminal.type('Remove-SendConnector')
    await terminal.shows(/Remove-SendConnector$/)
    terminal.type(keys.interrupt)
    await terminal.shows(prompt)
    expect(await answer(terminal, 'Write-Output clean')).toBe('clean\n')
  })

  test('a password is not shown', async () => {
    await using terminal = await openShell()
    terminal.type(`$c = Get-Credential${keys.enter}`)
    await terminal.shows(/User name: $/)
    terminal.type(`relay${keys.enter}`)
    await terminal.shows(/Password for user relay: $/)
    terminal.type(`Unseen-77${keys.enter}`)
    await terminal.shows(prompt)
    expect(await answer(terminal, '$c.UserName')).toBe('relay\n')
    expect(await answer(terminal, '$c.Password')).toBe('System.Security.SecureString\n')
    expect(terminal.written).not.toContain('Unseen')
  })

  test('a change asks, and the answer counts', async () => {
    await using terminal = await openShell()
    terminal.type(`Get-SendConnector | Remove-SendConnector${keys.enter}`)
    await terminal.shows(/default is "Y"\): $/)
    terminal.type(`n${keys.enter}`)
    await terminal.shows(prompt)
    expect(await answer(terminal, '(Get-SendConnector).Name')).toBe('To anywhere\n')
  })

  test.each([72, 132])('%i columns are filled and not passed', async (columns) => {
    await using terminal = await openShell({ columns })
    await answer(terminal, 'Write-Output here')
    const widest = async (line: string) => {
      const lines = (await answer(terminal, line)).split('\n')
      return Math.max(...lines.map((each) => each.length))
    }
    expect(await widest('Get-Help New-SendConnector')).toBeLessThanOrEqual(columns)
    expect(await widest('Get-ReceiveConnector | fl')).toBeLessThanOrEqual(columns)
    expect(await widest("[PSCustomObject]@{Name='x' * 200} | ft")).toBe(columns)
    expect(await widest("[PSCustomObject]@{Name='x' * 200} | fl")).toBe(columns)
  })

  test('errors are red, and fold at the edge', async () => {
    await using terminal = await openShell({ columns: 60 })
    const told = await answer(terminal, 'Get-SendConector')
    expect(told).toMatch(/^The term 'Get-SendConector' is not recognized/)
    expect(Math.max(...told.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(terminal.written).toContain("\x1b[31mThe term 'Get-SendConector'")
  })
})
