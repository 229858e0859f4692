import { describe, expect, test } from 'vitest'
import { UsageError, parseArguments, usage } from '../../../bench/arguments.ts'
import type { Scenario } from '../../../bench/scenario.ts'
import { sampleScenario } from '../../support/bench-result.ts'

const scenario = (name: string, isDefault = true): Scenario => ({
  ...{ name, isDefault, title: `what ${name} does` },
  run: () => Promise.resolve(sampleScenario()),
})
const known = [scenario('kept'), scenario('starttls'), scenario('deep', false)]
const names = (args: readonly string[]) =>
  parseArguments(args, known).scenarios.map(({ name }) => name)

describe('the command line', () => {
  test('without names runs what does not take long', () => {
    expect(names([])).toEqual(['kept', 'starttls'])
  })

  test('with "all" runs everything', () => {
    expect(names(['all'])).toEqual(['kept', 'starttls', 'deep'])
  })

  test('with names runs those, in that order', () => {
    expect(names(['deep', 'kept'])).toEqual(['deep', 'kept'])
  })

  test.each([
    { args: ['nosuch'], problem: 'there is no scenario "nosuch"' },
    { args: ['--rounds', '0'], problem: '--rounds must be a whole number from 1' },
    { args: ['--rounds', 'many'], problem: '--rounds must be a whole number from 1' },
    { args: ['--net', '10.0.0'], problem: '--net must be like 127.0.111' },
    { args: ['--nosuch'], problem: "Unknown option '--nosuch'" },
  ])('$args is refused', ({ args, problem }) => {
    const parse = () => parseArguments(args, known)
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(problem)
  })

  test('runs five rounds, one when quick, or as many as are asked for', () => {
    const rounds = (...args: string[]) => parseArguments(args, known).rounds
    expect([rounds(), rounds('--quick'), rounds('--quick', '--rounds', '3')]).toEqual([5, 1, 3])
  })

  test('keeps the result of a whole run, and of others only where it is told to', () => {
    const json = (...args: string[]) => parseArguments(args, known).json
    expect(json()).toBe('docs/bench.json')
    expect(json('all')).toBe('docs/bench.json')
    expect(json('kept')).toBeUndefined()
    expect(json('--quick')).toBeUndefined()
    expect(json('kept', '--json', 'x.json')).toBe('x.json')
  })

  test('is explained with every scenario', () => {
    expect(usage(known)).toContain('deep      what deep does (when named)')
  })
})
