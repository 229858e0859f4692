import { tableView } from '../../values/view.ts'
import { ShellObject } from '../../values/value.ts'
import { wildcard } from '../../../base/wildcard.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { text, wholeNumber } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'

const historyView = tableView({ property: 'Id', align: 'right' }, 'CommandLine')
const variableView = tableView('Name', 'Value')

/** `Get-History`. */
export const getHistory = defineCmdlet({
  name: 'Get-History',
  aliases: ['h', 'history'],
  synopsis: 'The command lines of this session.',
  parameters: {
    Count: parameter(wholeNumber(0), { help: 'How many of the last ones.', position: 0 }),
  },
  outputs: ['Id', 'CommandLine'],
  examples: [{ code: 'Get-History -Count 10', text: 'The last ten command lines.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, { session }) {
    const { history } = session
    const first = given.Count === undefined ? 0 : Math.max(0, history.length - given.Count)
    for (const { id, line } of history.slice(first)) {
      const properties = { Id: id, CommandLine: line }
      yield new ShellObject({ type: 'HistoryInfo', view: historyView, properties })
    }
  },
})

/** `Get-Variable`. */
export const getVariable = defineCmdlet({
  name: 'Get-Variable',
  aliases: ['gv'],
  synopsis: 'The variables of this session.',
  parameters: {
    Name: parameter(text, { help: 'A name, or a pattern.', position: 0, wildcards: true }),
  },
  outputs: ['Name', 'Value'],
  examples: [{ code: 'Get-Variable', text: 'All variables with their values.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, { session }) {
    const matches = wildcard(given.Name ?? '*')
    const found = session.variables.filter(({ name }) => matches(name))
    if (found.length === 0 && given.Name !== undefined) {
      throw new ShellError(`Cannot find a variable with the name '${given.Name}'.`, {
        id: 'VariableNotFound',
        category: 'ObjectNotFound',
        target: given.Name,
      })
    }
    for (const { name, value } of found) {
      const properties = { Name: name, Value: value }
      yield new ShellObject({ type: 'PSVariable', view: variableView, properties })
    }
  },
})
