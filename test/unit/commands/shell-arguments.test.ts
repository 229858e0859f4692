import { expect, test } from 'vitest'
import { shellArguments } from '../../../src/commands/shell-arguments.ts'

const none = { noLogo: false, noColour: false }

test.each([
  [[], none],
  [['-Command', 'Get-Queue', '|', 'fl'], { ...none, command: 'Get-Queue | fl' }],
  [['-c', '-File'], { ...none, command: '-File' }],
  [['-NoC', '--command=x y'], { ...none, noColour: true, command: 'x y' }],
  [['-f', 'a b.ps1', '-nol'], { ...none, noLogo: true, file: 'a b.ps1' }],
  [['--config', 'c', '-Data:d'], { ...none, config: 'c', data: 'd' }],
])('%j', (args, expected) => {
  expect(shellArguments(args)).toEqual(expected)
})

test.each([[['x']], [['-Nope']], [['-no']], [['-Command']], [['-File']], [['-f', 'a', '-f', 'b']]])(
  '%j is refused',
  (args) => {
    expect(() => shellArguments(args)).toThrow()
  },
)
