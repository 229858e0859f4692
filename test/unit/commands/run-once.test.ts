import { expect, test } from 'vitest'
import { wantsColour } from '../../../src/commands/run-once.ts'
import { captured } from '../../support/captured-output.ts'

test.each([
  ['a terminal', true, {}, false, true],
  ['a terminal, with -NoColor', true, {}, true, false],
  ['a terminal, where NO_COLOR is set', true, { NO_COLOR: '1' }, false, false],
  ['a terminal, where NO_COLOR is empty', true, { NO_COLOR: '' }, false, true],
  ['a terminal that has none', true, { TERM: 'dumb' }, false, false],
  ['a file', false, {}, false, false],
] as const)('colour on %s', (_where, isTTY, env, refused, expected) => {
  const io = captured({ env })
  const stdout = Object.assign(io.stdout, { isTTY })
  expect(wantsColour({ ...io, stdout }, refused)).toBe(expected)
})
