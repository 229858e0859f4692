import { expect, test } from 'vitest'
import { behaviourOf } from '../../../src/lab/lab-behaviour.ts'

test.each([
  ['tempfail@good.test', 'tempfail'],
  ['TEMPFAIL@good.test', 'tempfail'],
  ['tempfail+1@good.test', 'tempfail'],
  ['421@good.test', '421'],
  ['bob@good.test', undefined],
  ['bob+tempfail@good.test', undefined],
  ['tempfailure@good.test', undefined],
  ['bob@tempfail', undefined],
  ['tempfail', undefined],
  ['constructor@good.test', undefined],
  ['', undefined],
])('%s asks for %s', (address, behaviour) => {
  expect(behaviourOf(address)).toBe(behaviour)
})
