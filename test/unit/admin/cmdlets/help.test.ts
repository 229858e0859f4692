import { describe, expect, test } from 'vitest'
import { serverCmdlets } from '../../../../src/admin/cmdlets/all.ts'
import { shellTopics } from '../../../../src/admin/cmdlets/help-topics.ts'
import { parseScript } from '../../../../src/admin/grammar/parse.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { languageTopics } from '../../../../src/admin/shell/built-in/help-topics.ts'
import { CmdletTable } from '../../../../src/admin/shell/cmdlet-table.ts'
import { matchWords } from '../../../../src/admin/shell/match-words.ts'
import { idleAdministration } from '../../../support/idle-administration.ts'

const table = new CmdletTable([
  ...builtInCmdlets(shellTopics),
  ...serverCmdlets(idleAdministration()),
])

describe('each cmdlet', () => {
  test.each(table.all.map((cmdlet) => [cmdlet.name, cmdlet] as const))(
    '%s has a synopsis, examples that fit it, and help for each parameter',
    (_name, cmdlet) => {
      expect(cmdlet.synopsis).toMatch(/^[A-Z].*\.$/s)
      expect(cmdlet.examples.length).toBeGreaterThan(0)
      for (const [parameter, { help }] of Object.entries(cmdlet.parameters)) {
        expect(help, parameter).toMatch(/\.$/)
      }
      for (const { code } of cmdlet.examples) {
        const parsed = parseScript(code)
        if (parsed.kind === 'problem') throw new Error(`${code}: ${parsed.problem.message}`)
        for (const statement of parsed.tree.statements) {
          if (statement.kind !== 'pipeline') continue
          for (const element of statement.elements) {
            if (element.kind !== 'command') continue
            const called = table.find(element.name)
            // Throws for a parameter that is none.
            if (called !== undefined) matchWords(called, element.words)
          }
        }
      }
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
