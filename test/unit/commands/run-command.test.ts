import { expect, test } from 'vitest'
import { runCommand } from '../../../src/commands/run-command.ts'
import { captured } from '../../support/captured-output.ts'

test('help lists every command with what it does, within 100 columns', async () => {
  const io = captured()
  expect(await runCommand(['help'], io)).toBe(0)
  expect(io.out()).toContain('\n  hash-password\n      ask for a password')
  expect(io.out()).toContain('\n  Get-Message [-Queue IDENTITY] [--data DIR]\n      the messages')
  expect(
    io
      .out()
      .split('\n')
      .filter((line) => line.length > 100),
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
  expect(await runCommand(['get-queue', '--help'], io)).toBe(0)
  expect(io.out()).toMatch(/\nUsage: edge get-queue \[--data DIR\]\n$/)
})

test('an unknown command is a usage error', async () => {
  const io = captured()
  expect(await runCommand(['frobnicate'], io)).toBe(2)
  expect(io.err()).toBe('edge: there is no command "frobnicate"; "edge help" lists them\n')
})
