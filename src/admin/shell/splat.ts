import type { CommandCall, CommandWord, Expression, SplatWord } from '../grammar/syntax.ts'
import { HashTable, listOf } from '../values/value.ts'
import type { Session } from './session.ts'

/** The words of a command with `@name` replaced by what the variable holds: `-Key:$name.Key` for each key of a table, `$name[0]` for each element of a list. */
export function splatted({ words }: CommandCall, session: Session): readonly CommandWord[] {
  return words.flatMap((word) => (word.kind === 'splat' ? wordsOf(word, session) : [word]))
}

function wordsOf({ name, start, end }: SplatWord, session: Session): CommandWord[] {
  const place = { start, end }
  const value = session.variable(name)
  const target: Expression = { kind: 'variable', name, ...place }
  if (value instanceof HashTable) {
    return value.entries.map(([key]) => ({
      ...{ kind: 'parameter', name: key, ...place },
      value: { kind: 'member', target, name: key, ...place },
    }))
  }
  return listOf(value).map((_, at) => {
    const index: Expression = { kind: 'number', value: at, text: String(at), ...place }
    return { kind: 'argument', value: { kind: 'index', target, index, ...place }, ...place }
  })
}
