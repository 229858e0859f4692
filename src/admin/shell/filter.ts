import { parseFilter } from '../grammar/parse.ts'
import { ScriptBlock, type ShellObject } from '../values/value.ts'
import {
  type Condition,
  NoCondition,
  conditionOf,
  holds,
  unquotedHint,
} from './filter-condition.ts'
import type { FilterProperties } from './filter-properties.ts'
import type { Conversion, ParameterType } from './parameter-type.ts'
import { text } from './parameter-types.ts'

/** A condition on an object's properties. */
export interface Filter {
  /** As it was written, without braces. */
  readonly source: string
  readonly condition: Condition
  readonly matches: (object: ShellObject) => boolean
}

/**
 * The type of `-Filter {Status -eq 'Retry' -and MessageCount -gt 100}`, which may be text as well and
 * may write `$_.Status`. Variables in the text are worked out before, as in `"Status -eq '$wanted'"`.
 * Whatever is not a comparison of one of the `properties`, or several joined, is refused here, before
 * anything is read.
 */
export function filter(properties: FilterProperties): ParameterType<Filter> {
  return {
    name: 'Filter',
    choosesObjects: true,
    convert: (argument) => {
      if (argument.value instanceof ScriptBlock) return filterOf(argument.value.source, properties)
      const source = text.convert(argument)
      return 'problem' in source ? source : filterOf(source.value, properties)
    },
  }
}

function filterOf(written: string, properties: FilterProperties): Conversion<Filter> {
  // A system's shell hands braces on as part of the text.
  const source = /^\s*\{([^]*)\}\s*$/.exec(written)?.[1] ?? written
  const parsed = parseFilter(source)
  if (parsed.kind === 'problem') {
    const at = `character ${parsed.problem.start + 1}`
    const problem = `Invalid filter syntax at ${at} of "${source}": ${parsed.problem.message}`
    return { problem: `${problem}${bareWordHint(source)}` }
  }
  try {
    const condition = conditionOf(parsed.tree, { source, properties })
    return { value: { source, condition, matches: (object) => holds(condition, object) } }
  } catch (error) {
    if (!(error instanceof NoCondition)) throw error
    return { problem: `Invalid filter "${source}": ${error.message}` }
  }
}

/** A text without quotes is the usual reason for what cannot be read. */
function bareWordHint(source: string): string {
  const bare = /-(?:eq|ne|[gl][te]|(?:not)?like)\s+([^\s'"$(\d-]\S*)/i.exec(source)?.[1]
  return bare === undefined ? '' : ` ${unquotedHint(bare)}`
}
