import { expect, test } from 'vitest'
import { commandTable } from '../../../src/commands/command-table.ts'
import { runCommand } from '../../../src/commands/run-command.ts'
import { captured } from '../../support/captured-output.ts'

test('help lists every command with what it does, and the cmdlets by noun, within 80 columns', async () => {
  const io = captured()
  expect(await runCommand(['help'], io)).toBe(0)
  expect(io.out()).toContain('\n  hash-password   ask for a password')
  expect(io.out()).toMatch(/\n {2}Route +Test\n/)
  expect(
    io
      .out()
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([])
})

test('without a command the help goes to standard error, as a usage error', async () => {
  const io = captured()
  expect(await runCommand([], io)).toBe(2)
  expect(io.out()).toBe('')
  expect(io.err()).toContain('check-config')
})

test('a command is found without case; --help tells how to use it', async () => {
  const io = captured()
  expect(await runCommand(['Check-Config', '--help'], io)).toBe(0)
  expect(io.out()).toMatch(/\nUsage: edge check-config \[--config FILE\] \[--schema\]\n/)
})

test.each(commandTable)(
  'the help of $name tells of each of its options, within 80 columns',
  async ({ name, usage }) => {
    const io = captured()
    expect(await runCommand(['help', name], io)).toBe(0)
    const [about = '', rows = ''] = io.out().split(/\n\n {2}(?=[-A-Z])/)
    for (const option of usage.match(/--?[A-Za-z][A-Za-z-]*/g) ?? []) expect(rows).toContain(option)
    expect(about.replaceAll(/\s+/g, ' ')).toContain(`Usage: edge ${name} ${usage}`.trimEnd())
    expect(
      io
        .out()
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([])
  },
)

test('an unknown command is a usage error', async () => {
  const io = captured()
  expect(await runCommand(['frobnicate'], io)).toBe(2)
  expect(io.err()).toBe('edge: there is no command "frobnicate"; "edge help" lists them\n')
})

test('the name nearest to an unknown one is told, of commands and cmdlets', async () => {
  const io = captured()
  expect(await runCommand(['Test-Rout'], io)).toBe(2)
  expect(await runCommand(['check-confg'], io)).toBe(2)
  expect(io.err()).toBe(
    'edge: there is no command "Test-Rout"; did you mean Test-Route?\n' +
      'edge: there is no command "check-confg"; did you mean check-config?\n',
  )
})

test.each(['foo', 'a@', '@contoso.com', 'a b@contoso.com', 'a@b@c', '*', '<>'])(
  'no way is explained for %s, which is no address',
  async (address) => {
    const io = captured()
    expect(await runCommand(['explain-route', address, '--config', 'config/edge.yaml'], io)).toBe(2)
    expect(await runCommand(['Test-Route', address, '--config', 'config/edge.yaml'], io)).toBe(1)
    expect(io.out()).toBe('')
    expect(io.err()).toContain(`"${address}" is no address; try user@contoso.com`)
    expect(io.err()).toContain(`"${address}" is no address, such as user@contoso.com.`)
  },
)

test.each([['-?'], ['--help']])('a cmdlet explains itself at %s', async (asked) => {
  const io = captured()
  expect(await runCommand(['test-route', asked], io)).toBe(0)
  expect(io.out()).toContain('-MessageSize <ByteQuantifiedSize>')
})

test('runs a cmdlet with the arguments of the process', async () => {
  const io = captured()
  expect(await runCommand(['Write-Host', 'a b', '$(1)', '-Separator', '; '], io)).toBe(1)
  expect(await runCommand(['Write-Host', '$(Get-Date); x | y'], io)).toBe(0)
  expect(io.out()).toBe('$(Get-Date); x | y\n')
})
