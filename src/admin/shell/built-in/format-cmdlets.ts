import { type Field, Laid, type Layout, ShellObject, type Value } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { type CmdletContext, defineCmdlet, parameter } from '../cmdlet.ts'
import { list, switchParameter } from '../parameter-types.ts'
import {
  type PropertyChoice,
  chosenFields,
  chosenValue,
  propertiesOf,
  propertyChoice,
} from './property-choice.ts'

const property = parameter(list(propertyChoice), {
  help: "Names of properties, with wildcards, or @{Name='…';Expression={…}}.",
  position: 0,
  wildcards: true,
})

const groupBy = parameter(propertyChoice, {
  help: 'A property; a title above the objects tells its value whenever it changes.',
})

/** `Format-List Name,AddressSpaces`. */
export const formatList = defineCmdlet({
  name: 'Format-List',
  aliases: ['fl'],
  synopsis: 'Shows objects with each property on a line of its own.',
  description:
    'Without names all properties are shown. A name that an object does not have is left out.',
  parameters: { Property: property, GroupBy: groupBy },
  examples: [
    {
      code: 'Get-SendConnector | Format-List Name,Usage,AddressSpaces,SmartHosts',
      text: 'Four properties of each Send connector.',
    },
    { code: 'Get-TransportConfig | fl Max*', text: 'The properties whose names begin with Max.' },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const layouts = new GroupLayouts({ kind: 'list' }, given.GroupBy, context)
    for await (const item of input) {
      yield await laidOut(item, await layouts.of(item), { choices: given.Property, context })
    }
  },
})

/** `Format-Table Name,Enabled -AutoSize`. */
export const formatTable = defineCmdlet({
  name: 'Format-Table',
  aliases: ['ft'],
  synopsis: 'Shows objects as a table.',
  description:
    'Without names the columns are those that the kind of object is usually shown with. -AutoSize gives each column the width of its longest value.',
  parameters: {
    Property: property,
    AutoSize: parameter(switchParameter, {
      help: 'Full width for each column, as far as there is room.',
    }),
    Wrap: parameter(switchParameter, { help: 'Long values go on in the next line.' }),
    HideTableHeaders: parameter(switchParameter, { help: 'Leaves the titles of the columns out.' }),
    GroupBy: groupBy,
  },
  examples: [
    {
      code: 'Get-Queue | Format-Table Identity,Status,LastError -Wrap',
      text: 'Each queue with the whole of its last error.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const { Property, AutoSize = false, Wrap = false, HideTableHeaders = false } = given
    const layout = {
      kind: 'table',
      autoSize: AutoSize,
      wrap: Wrap,
      hideHeaders: HideTableHeaders,
    } as const
    const layouts = new GroupLayouts(layout, given.GroupBy, context)
    let columns: readonly PropertyChoice[] | undefined
    for await (const item of input) {
      // What a pattern stands for is settled by the first object, since columns must stay.
      columns ??= await columnsOf(item, Property, context)
      yield await laidOut(item, await layouts.of(item), { choices: columns, context })
    }
  },
})

/** The layout that an object shares with its neighbours: another one for each group. */
class GroupLayouts {
  readonly #choice: PropertyChoice | undefined
  readonly #context: CmdletContext
  #layout: Layout

  constructor(layout: Layout, choice: PropertyChoice | undefined, context: CmdletContext) {
    this.#layout = layout
    this.#choice = choice
    this.#context = context
  }

  async of(item: Value): Promise<Layout> {
    const choice = this.#choice
    if (choice === undefined) return this.#layout
    const value = await chosenValue(item, choice, this.#context)
    const { group } = this.#layout
    if (group === undefined || textOf(group.value) !== textOf(value)) {
      this.#layout = { ...this.#layout, group: { title: titleOf(item, choice), value } }
    }
    return this.#layout
  }
}

function titleOf(item: Value, choice: PropertyChoice): string {
  if (choice.kind === 'worked-out') return choice.title
  if (choice.kind === 'pattern') return ''
  return (item instanceof ShellObject ? item.spelling(choice.name) : undefined) ?? choice.name
}

async function columnsOf(
  item: Value,
  choices: readonly PropertyChoice[] | undefined,
  context: CmdletContext,
): Promise<readonly PropertyChoice[] | undefined> {
  if (choices?.some(({ kind }) => kind === 'pattern') === true) {
    const fields = await chosenFields(item, choices, { context, unknown: 'empty' })
    return fields.map(({ title }) => {
      const own = choices.find((choice) => choice.kind === 'worked-out' && choice.title === title)
      return own ?? { kind: 'name', name: title }
    })
  }
  if (choices !== undefined || !(item instanceof ShellObject)) return choices
  const { view } = item
  if (view?.kind !== 'table') {
    return [...item.properties.keys()].map((name) => ({ kind: 'name', name }))
  }
  return view.columns.map(({ property: value, title = value, ...rest }) => ({
    ...{ kind: 'worked-out', title, value },
    ...rest,
  }))
}

/** Text and numbers have no properties to choose from, and pass as they are. */
async function laidOut(
  item: Value,
  layout: Layout,
  options: {
    readonly choices: readonly PropertyChoice[] | undefined
    readonly context: CmdletContext
  },
): Promise<Value> {
  const { choices, context } = options
  const properties = propertiesOf(item)
  if (item instanceof Laid || properties.size === 0) return item
  if (choices === undefined) {
    const fields: Field[] = [...properties].map(([title, value]) => ({ title, value }))
    return new Laid(layout, fields)
  }
  const unknown = layout.kind === 'list' ? 'left-out' : 'empty'
  return new Laid(layout, await chosenFields(item, choices, { context, unknown }))
}
