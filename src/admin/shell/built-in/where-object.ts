import type { BinaryOperator } from '../../grammar/syntax.ts'
import { isTrue } from '../../values/compare.ts'
import { memberOf } from '../../values/member.ts'
import { textOf } from '../../values/text-of.ts'
import { ScriptBlock, type Value } from '../../values/value.ts'
import { type CmdletContext, type Given, defineCmdlet, parameter } from '../cmdlet.ts'
import { type ValueOperator, operate } from '../operations.ts'
import { anyValue, scriptBlock, switchParameter } from '../parameter-types.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { ShellError } from '../shell-error.ts'

const comparison = (what: string) =>
  parameter(switchParameter, { help: `Keeps objects whose property ${what}.` })

const comparisons = {
  EQ: comparison('equals the value'),
  NE: comparison('does not equal the value'),
  GT: comparison('is greater than the value'),
  GE: comparison('is the value or greater'),
  LT: comparison('is less than the value'),
  LE: comparison('is the value or less'),
  Like: comparison('fits the value with its wildcards'),
  NotLike: comparison('does not fit the value with its wildcards'),
  Match: comparison('fits the regular expression'),
  NotMatch: comparison('does not fit the regular expression'),
  Contains: comparison('holds the value among its elements'),
  NotContains: comparison('does not hold the value among its elements'),
  In: comparison('is among the values'),
  NotIn: comparison('is not among the values'),
}

const operators: Readonly<Record<keyof typeof comparisons, ValueOperator>> = {
  EQ: 'eq',
  NE: 'ne',
  GT: 'gt',
  GE: 'ge',
  LT: 'lt',
  LE: 'le',
  Like: 'like',
  NotLike: 'notlike',
  Match: 'match',
  NotMatch: 'notmatch',
  Contains: 'contains',
  NotContains: 'notcontains',
  In: 'in',
  NotIn: 'notin',
} satisfies Record<string, BinaryOperator>

const parameters = {
  Property: parameter(
    { ...anyValue, suggests: 'properties', choosesObjects: true },
    { help: 'A condition in braces, or the name of the property to compare.', position: 0 },
  ),
  Value: parameter(
    { ...anyValue, choosesObjects: true },
    { help: 'What the property is compared with.', position: 1 },
  ),
  FilterScript: parameter(scriptBlock, { help: 'The condition, with $_ for the object.' }),
  Not: parameter(switchParameter, { help: 'Keeps objects whose property is false or empty.' }),
  ...comparisons,
}

/** `Where-Object { $_.Enabled -eq $true }` and `Where-Object Enabled -eq $true`. */
export const whereObject = defineCmdlet({
  name: 'Where-Object',
  aliases: ['where', '?'],
  synopsis: 'Passes on the objects that a condition holds for.',
  description:
    'The condition is a script block, in which $_ is the object, or the name of a property with an operator and a value.',
  parameters,
  examples: [
    {
      code: "Get-SendConnector | Where-Object {$_.Enabled -eq $true -and $_.Name -like '*internet*'}",
      text: 'The Send connectors in use that have "internet" in their names.',
    },
    {
      code: 'Get-Queue | where MessageCount -gt 100',
      text: 'The queues with more than 100 messages.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const holds = conditionOf(given, context)
    for await (const item of input) {
      const kept = holds(item)
      if (kept instanceof Promise ? await kept : kept) yield item
    }
  },
})

function conditionOf(given: Given<typeof parameters>, context: CmdletContext) {
  const block = given.FilterScript ?? given.Property
  if (block instanceof ScriptBlock) {
    refuseTogether(given, ['FilterScript', 'Property'])
    for (const name of ['Value', 'Not', ...Object.keys(operators)]) {
      refuseTogether(given, [given.Property === undefined ? 'FilterScript' : 'Property', name])
    }
    return (item: Value) => {
      const value = context.evaluate(block, item, { choosesObjects: true })
      return value instanceof Promise ? value.then(isTrue) : isTrue(value)
    }
  }
  const name = textOf(given.Property)
  if (name === '') {
    throw new ShellError('A condition is missing, such as {$_.Enabled} or Enabled -eq $true.', {
      id: 'ConditionMissing',
      category: 'InvalidArgument',
    })
  }
  const used = operatorsIn(given)
  const [operator] = used
  const mixed = given.Not === true && operator !== undefined
  if (used.length > 1 || mixed || (operator === undefined && given.Value !== undefined)) {
    throw new ShellError(
      `Between the property "${name}" and the value stands one operator, such as -eq or -like; several conditions need braces: {$_.A -eq 1 -and $_.B -eq 2}.`,
      { id: 'OperatorNotSpecified', category: 'InvalidArgument' },
    )
  }
  if (operator !== undefined && !('Value' in given)) {
    throw new ShellError(
      'The specified operator requires both the -Property and -Value parameters. Provide values for both parameters, and then retry.',
      { id: 'ValueNotSpecifiedForWhereObject', category: 'InvalidArgument' },
    )
  }
  if (operator === undefined) {
    return (item: Value) => isTrue(memberOf(item, name)) !== (given.Not === true)
  }
  const right = given.Value ?? null
  return (item: Value) =>
    isTrue(operate(operator, { left: memberOf(item, name), right, caseSensitive: false }))
}

function operatorsIn(given: Given<typeof parameters>): ValueOperator[] {
  return Object.entries(operators).flatMap(([name, operator]) =>
    new Map<string, unknown>(Object.entries(given)).get(name) === true ? [operator] : [],
  )
}
