import { describe, expect, test } from 'vitest'
import { serverCmdlets } from '../../../../src/admin/cmdlets/all.ts'
import { shellTopics } from '../../../../src/admin/cmdlets/help-topics.ts'
import type { CommandCall, Expression } from '../../../../src/admin/grammar/syntax.ts'
import { parseScript } from '../../../../src/admin/grammar/parse.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { languageTopics } from '../../../../src/admin/shell/built-in/help-topics.ts'
import { CmdletTable } from '../../../../src/admin/shell/cmdlet-table.ts'
import { converted, missingParameters } from '../../../../src/admin/shell/bind.ts'
import { type MatchedWord, matchWords } from '../../../../src/admin/shell/match-words.ts'
import type { Value } from '../../../../src/admin/values/value.ts'
import { idleAdministration } from '../../../support/idle-administration.ts'

const table = new CmdletTable([
  ...builtInCmdlets(shellTopics),
  ...serverCmdlets(idleAdministration()),
])

/** Fails for a command that is none, and for words that do not fit it, wherever they stand. */
function checkExample(code: string): void {
  const parsed = parseScript(code)
  if (parsed.kind === 'problem') throw new Error(`${code}: ${parsed.problem.message}`)
  const calls = callsIn(parsed.tree)
  expect(calls.length, code).toBeGreaterThan(0)
  for (const { call, piped } of calls) {
    const called = table.find(call.name)
    if (called === undefined) throw new Error(`${code}: there is no ${call.name}`)
    const words = matchWords(called, call.words)
    const bound = new Map<string, unknown>(words.map((word) => [word.name, constantOf(word)]))
    expect(missingParameters(called, bound, piped), code).toEqual([])
  }
}

/** Every call of a command, also those in brackets, blocks and strings. */
function callsIn(node: unknown, piped = false): { call: CommandCall; piped: boolean }[] {
  if (Array.isArray(node)) return node.flatMap((each) => callsIn(each))
  if (typeof node !== 'object' || node === null) return []
  const within = Object.entries(node).flatMap(([name, part]: [string, unknown]) =>
    name === 'elements' && Array.isArray(part)
      ? part.flatMap((each, at) => callsIn(each, at > 0))
      : callsIn(part),
  )
  if (!isCall(node)) return within
  return hasFilter(node) ? [{ call: node, piped }] : [{ call: node, piped }, ...within]
}

/** The words in a filter's braces are properties. */
const hasFilter = ({ words }: CommandCall) =>
  words.some((word) => word.kind === 'parameter' && word.name === 'Filter')

const isCall = (node: object): node is CommandCall => 'kind' in node && node.kind === 'command'

/** The argument as the cmdlet gets it, where it is written out. Throws when it does not fit. */
function constantOf({ name, parameter, expression }: MatchedWord): unknown {
  if (expression === undefined) return true
  const value = name === 'Filter' ? filterText(expression) : writtenValue(expression)
  if (value === undefined) return undefined
  const text = expression.kind === 'number' ? expression.text : undefined
  return converted({ name, parameter, value, text, now: new Date(0) })
}

/** A filter in braces means what the same text means. */
const filterText = (expression: Expression) =>
  expression.kind === 'block' ? expression.source : writtenValue(expression)

const constants = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
])

function writtenValue(expression: Expression): Value | undefined {
  if (expression.kind === 'text' || expression.kind === 'number') return expression.value
  return expression.kind === 'variable' ? constants.get(expression.name.toLowerCase()) : undefined
}

test.each([
  ['Get-Nothing', 'there is no Get-Nothing'],
  ['Get-Queue | Get-Nothing', 'there is no Get-Nothing'],
  ['Get-Queue | ForEach-Object {Get-Nothing $_}', 'there is no Get-Nothing'],
  ['Set-SendConnector Out -Comment (Get-Nothing)', 'there is no Get-Nothing'],
  ['Set-SendConnector Out -Nothing x', "matches parameter name 'Nothing'"],
  ['Set-SendConnector Out -Port many', "parameter 'Port'"],
  ['Set-SendConnector -Port 25', 'Identity'],
  ['Get-Queue -Filter {Nothing -eq 1}', 'Nothing'],
])('the example %s would not pass', (code, why) => {
  expect(() => checkExample(code)).toThrow(why)
})

describe('each cmdlet', () => {
  test.each(table.all.map((cmdlet) => [cmdlet.name, cmdlet] as const))(
    '%s has a synopsis, examples that fit it, and help for each parameter',
    (_name, cmdlet) => {
      expect(cmdlet.synopsis).toMatch(/^[A-Z].*\.$/s)
      expect(cmdlet.examples.length).toBeGreaterThan(0)
      for (const [parameter, { help }] of Object.entries(cmdlet.parameters)) {
        expect(help, parameter).toMatch(/\.$/)
      }
      for (const { code } of cmdlet.examples) checkExample(code)
    },
  )
})

test.each([...languageTopics, ...shellTopics].map((topic) => [topic.name, topic.text] as const))(
  '%s fits a terminal of 80 columns',
  (_name, text) => {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  },
)

test('no two topics share a name', () => {
  const names = [...languageTopics, ...shellTopics].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
