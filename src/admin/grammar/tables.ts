import { continuesName, isDash, startsName } from './characters.ts'
import { unexpected } from './expected.ts'
import type { Rules } from './rules.ts'
import type { Expression, TableEntry } from './syntax.ts'

/** The entries of `@{…}` behind its opening brace, which stands at `opened`, with the closing one. */
export function tableEntries(rules: Rules, opened: number): TableEntry[] {
  const { cursor } = rules
  const entries: TableEntry[] = []
  for (;;) {
    do cursor.skipLines()
    while (cursor.take(';'))
    if (cursor.take('}')) return entries
    if (cursor.atEnd) {
      const place = { start: opened, end: opened + 2 }
      cursor.failUnlessMore('IncompleteHashLiteral', 'The hash literal was incomplete.', place)
    }
    entries.push(tableEntry(rules, entries))
    cursor.skipBlanks()
    if (!/^[;}\r\n]?$/.test(cursor.peek())) unexpected(rules)
  }
}

function tableEntry(rules: Rules, before: readonly TableEntry[]): TableEntry {
  const { cursor } = rules
  const start = cursor.at
  const key = tableKey(rules)
  const twice = before.some((entry) => sameKey(entry.key, key))
  if (twice && key.kind === 'text') {
    const message = `Duplicate keys '${key.value}' are not allowed in hash literals.`
    cursor.fail('DuplicateKeyInHashLiteral', message, key)
  }
  cursor.skipBlanks()
  if (!cursor.take('=')) {
    cursor.failUnlessMore(
      'MissingEqualsInHashLiteral',
      "Missing '=' operator after key in hash literal.",
    )
  }
  cursor.skipLines()
  return { key, value: rules.statement(), ...cursor.placeFrom(start) }
}

const sameKey = (a: Expression, b: Expression) =>
  a.kind === 'text' && b.kind === 'text' && a.value.toLowerCase() === b.value.toLowerCase()

function tableKey(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  if (!startsName(cursor.peek())) return rules.unary()
  const value = cursor.takeWhile((char) => continuesName(char) || isDash(char))
  return { kind: 'text', value, bare: true, ...cursor.placeFrom(start) }
}
