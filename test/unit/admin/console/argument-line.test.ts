import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { argumentLine } from '../../../../src/admin/console/argument-line.ts'
import { parseScript } from '../../../../src/admin/grammar/parse.ts'
import { defineCmdlet, parameter } from '../../../../src/admin/shell/cmdlet.ts'
import { filter } from '../../../../src/admin/shell/filter.ts'
import { listChange } from '../../../../src/admin/shell/list-change.ts'
import {
  clearable,
  credential,
  flag,
  list,
  switchParameter,
  text,
  wholeNumber,
} from '../../../../src/admin/shell/parameter-types.ts'

const cmdlet = defineCmdlet({
  name: 'Set-Thing',
  synopsis: 'Sets.',
  parameters: {
    Identity: parameter(text, { help: '', position: 0 }),
    Names: parameter(list(text), { help: '', position: 1 }),
    Comment: parameter(text, { help: '' }),
    Banner: parameter(clearable(text), { help: '' }),
    Filter: parameter(filter({ Status: 'text' }), { help: '' }),
    Spaces: parameter(listChange(text), { help: '' }),
    Enabled: parameter(flag, { help: '' }),
    Count: parameter(wholeNumber(0), { help: '' }),
    Credential: parameter(credential, { help: '' }),
    Force: parameter(switchParameter, { help: '' }),
  },
  confirms: 'on-request',
  examples: [],
  async *run() {
    // Never run here.
  },
})

const line = (...args: string[]) => argumentLine(cmdlet, args)

describe('an argument is one value as it stands', () => {
  test.each([
    ['a plain word', ['EDGE01'], 'Set-Thing EDGE01'],
    ['with blanks', ['To Internet'], "Set-Thing 'To Internet'"],
    ['empty', [''], "Set-Thing ''"],
    ['a wildcard', ['*'], 'Set-Thing *'],
    ['with quotes', ["O'Hara"], "Set-Thing 'O''Hara'"],
    ['with double quotes', ['say "x"'], `Set-Thing 'say "x"'`],
    ['with a variable', ['-Comment', '$x'], "Set-Thing -Comment '$x'"],
    ['with a command', ['-Comment', '(Get-Date)'], "Set-Thing -Comment '(Get-Date)'"],
    ['with a pipe', ['a|b'], "Set-Thing 'a|b'"],
    ['with a second command', ['x; Remove-Thing y'], "Set-Thing 'x; Remove-Thing y'"],
    ['with a line end', ['a\nb'], "Set-Thing 'a\nb'"],
    ['a comment', ['#1'], "Set-Thing '#1'"],
    ['a number for a text', ['-Comment', '007'], "Set-Thing -Comment '007'"],
    ['with a comma, for a text', ['-Comment', 'a,b'], "Set-Thing -Comment 'a,b'"],
    ['true for a text', ['-Comment', '$true'], "Set-Thing -Comment '$true'"],
    ['a filter', ['-Filter', "{Status -eq 'Retry'}"], "Set-Thing -Filter '{Status -eq ''Retry''}'"],
    ['behind an unknown name', ['-Nope', 'a b'], "Set-Thing -Nope 'a b'"],
    ['a dash and a number', ['-5'], "Set-Thing '-5'"],
    ['a dash and blanks', ['-Comment', '-not so'], "Set-Thing -Comment '-not so'"],
  ])('%s', (_what, args, expected) => {
    expect(line(...args)).toBe(expected)
  })
})

describe('what the type of the parameter asks for', () => {
  test.each([
    ['a name with a value by a colon', ['-Comment:a b'], "Set-Thing -Comment:'a b'"],
    ['a value that looks like a name', ['-Comment:-x'], "Set-Thing -Comment:'-x'"],
    ['a switch takes no value', ['-Force', 'x'], 'Set-Thing -Force x'],
    ['a switch with a value', ['-Confirm:$false'], 'Set-Thing -Confirm:$false'],
    ['a flag', ['-Enabled', '$True'], 'Set-Thing -Enabled $True'],
    ['nothing, where it clears', ['-Banner', '$null'], 'Set-Thing -Banner $null'],
    ['nothing, where it is a text', ['-Comment', '$null'], "Set-Thing -Comment '$null'"],
    ['a list', ['-Spaces', '*.a.test,b.test'], 'Set-Thing -Spaces *.a.test,b.test'],
    ['a list by position', ['x', 'a,b'], 'Set-Thing x a,b'],
    [
      'a list when the first position is named',
      ['-Identity', 'x', 'a,b'],
      'Set-Thing -Identity x a,b',
    ],
    ['a list with blanks is one value', ['-Spaces', 'a, b'], "Set-Thing -Spaces 'a, b'"],
    ['a change', ['-Spaces', '@{Add="a","b"}'], 'Set-Thing -Spaces @{Add="a","b"}'],
    ['a change that runs something', ['-Spaces', '@{Add=(x)}'], "Set-Thing -Spaces '@{Add=(x)}'"],
    ['a change and more', ['-Spaces', '@{Add=1}; x'], "Set-Thing -Spaces '@{Add=1}; x'"],
    ['a credential', ['-Credential', '(Get-Credential)'], 'Set-Thing -Credential (Get-Credential)'],
    ['a credential and more', ['-Credential', '(a);(b)'], "Set-Thing -Credential '(a);(b)'"],
    ['the beginning of a name', ['-En', '$false'], 'Set-Thing -En $false'],
  ])('%s', (_what, args, expected) => {
    expect(line(...args)).toBe(expected)
  })
})

test('whatever the arguments are, the line is one command with as many words', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (args) => {
      const parsed = parseScript(argumentLine(cmdlet, ['-Comment', ...args]))
      if (parsed.kind === 'problem') throw new Error(parsed.problem.message)
      const [statement] = parsed.tree.statements
      expect(parsed.tree.statements).toHaveLength(1)
      expect(statement).toMatchObject({ kind: 'pipeline', redirection: undefined })
      const elements = statement?.kind === 'pipeline' ? statement.elements : []
      expect(elements).toHaveLength(1)
      expect(elements[0]?.kind === 'command' && elements[0].words.length).toBe(args.length + 1)
    }),
  )
})
