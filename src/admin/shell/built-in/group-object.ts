import { tableView } from '../../values/view.ts'
import { ShellObject, type Value } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { list, switchParameter } from '../parameter-types.ts'
import { chosenValue, propertyChoice } from './property-choice.ts'

const withMembers = tableView({ property: 'Count', align: 'right' }, 'Name', 'Group')
const withoutMembers = tableView({ property: 'Count', align: 'right' }, 'Name')

/** `Get-Message | Group-Object Status`. */
export const groupObject = defineCmdlet({
  name: 'Group-Object',
  aliases: ['group'],
  synopsis: 'Puts objects together that agree in a property.',
  parameters: {
    Property: parameter(list(propertyChoice), {
      help: 'The properties in which the objects of a group agree.',
      position: 0,
    }),
    NoElement: parameter(switchParameter, {
      help: 'Counts only; the groups do not keep the objects.',
    }),
  },
  examples: [
    {
      code: 'Get-Message | Group-Object FromAddress -NoElement',
      text: 'How many messages each sender has.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const groups = new Map<
      string,
      { readonly name: string; count: number; readonly items: Value[] }
    >()
    for await (const item of input) {
      const choices = given.Property ?? []
      const values: Value[] = []
      for (const choice of choices) values.push(await chosenValue(item, choice, context))
      const name = choices.length === 0 ? textOf(item) : values.map(textOf).join(', ')
      const key = name.toLowerCase()
      const group = groups.get(key) ?? { name, count: 0, items: [] }
      groups.set(key, group)
      group.count++
      if (given.NoElement !== true) group.items.push(item)
    }
    for (const { name, count, items } of groups.values()) {
      const view = given.NoElement === true ? withoutMembers : withMembers
      const properties = { Count: count, Name: name, Group: items }
      yield new ShellObject({ type: 'GroupInfo', view, properties })
    }
  },
})
