import { NotComparable, compare, quantityOf } from '../../values/compare.ts'
import { memberOf } from '../../values/member.ts'
import { ByteSize, ShellObject, TimeSpan, type Value } from '../../values/value.ts'
import { type Given, defineCmdlet, parameter } from '../cmdlet.ts'
import { numberOf } from '../operations.ts'
import { list, switchParameter, text } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'

const parameters = {
  Property: parameter(list({ ...text, suggests: 'properties' }), {
    help: 'The properties to measure.',
    position: 0,
  }),
  Sum: parameter(switchParameter, { help: 'Adds the values up.' }),
  Average: parameter(switchParameter, { help: 'The mean of the values.' }),
  Maximum: parameter(switchParameter, { help: 'The greatest value.' }),
  Minimum: parameter(switchParameter, { help: 'The smallest value.' }),
}

/** What is known of one property so far. */
interface Measure {
  count: number
  sum: number
  maximum: Value
  minimum: Value
  /** A value of the kind that the sum has. */
  sample: Value
}

/** `Get-Queue | Measure-Object MessageCount -Sum`. */
export const measureObject = defineCmdlet({
  name: 'Measure-Object',
  aliases: ['measure'],
  synopsis: 'Counts objects, and adds up their properties.',
  parameters,
  examples: [
    {
      code: 'Get-Queue | Measure-Object MessageCount -Sum -Maximum',
      text: 'How many messages wait in all queues, and in the longest one.',
    },
    { code: '(Get-Message | Measure-Object).Count', text: 'How many messages there are.' },
  ],
  input: 'whole',
  async *run({ given, input }) {
    const names = given.Property ?? [undefined]
    const measures = names.map(newMeasure)
    for await (const item of input) {
      for (const [at, name] of names.entries()) {
        const value = name === undefined ? item : memberOf(item, name)
        const measure = measures[at]
        if (value !== null && measure !== undefined) add(measure, value, given)
      }
    }
    for (const [at, name] of names.entries()) {
      yield summary(name, measures[at] ?? newMeasure(), given)
    }
  },
})

const newMeasure = (): Measure => ({
  count: 0,
  sum: 0,
  maximum: null,
  minimum: null,
  sample: null,
})

function add(measure: Measure, value: Value, wanted: Given<typeof parameters>): void {
  measure.count++
  if (wanted.Sum === true || wanted.Average === true) {
    measure.sum += numberOf(value)
    measure.sample ??= value
  }
  if (wanted.Maximum === true && (measure.maximum === null || order(value, measure.maximum) > 0)) {
    measure.maximum = value
  }
  if (wanted.Minimum === true && (measure.minimum === null || order(value, measure.minimum) < 0)) {
    measure.minimum = value
  }
}

function order(left: Value, right: Value): number {
  try {
    return compare(left, right)
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error
    throw new ShellError(error.message, { id: 'ComparisonFailure', category: 'InvalidOperation' })
  }
}

function summary(
  name: string | undefined,
  measure: Measure,
  wanted: Given<typeof parameters>,
): ShellObject {
  const { count, sum, maximum, minimum, sample } = measure
  const average = count === 0 ? null : inKind(sum / count, sample)
  const properties = {
    Count: count,
    Average: wanted.Average === true ? average : null,
    Sum: wanted.Sum === true && count > 0 ? inKind(sum, sample) : null,
    Maximum: maximum,
    Minimum: minimum,
    Property: name ?? null,
  }
  return new ShellObject({ type: 'GenericMeasureInfo', properties })
}

/** A sum of sizes is a size, and a sum of time spans is one. */
function inKind(amount: number, sample: Value): Value {
  if (sample instanceof ByteSize) return new ByteSize(Math.round(amount))
  return sample instanceof TimeSpan && quantityOf(sample) !== undefined
    ? new TimeSpan(Math.round(amount))
    : amount
}
