import { formatComposite } from '../values/composite-format.ts'
import { BadFormat } from '../values/number-format.ts'
import { textOf } from '../values/text-of.ts'
import { type Value, isList, listOf } from '../values/value.ts'
import type { Operands } from './operands.ts'
import { pattern, tried } from './patterns.ts'
import { ShellError } from './shell-error.ts'

/** Most pieces that a text is split into. */
const maximumPieces = 1_000_000

/** `'{0}: {1:N0}' -f 'a',5`. */
export function formatted({ left, right }: Operands): string {
  try {
    return formatComposite(textOf(left), isList(right) ? right : [right])
  } catch (error) {
    if (!(error instanceof BadFormat)) throw error
    throw new ShellError(`Error formatting a string: ${error.message}`, {
      id: 'FormatError',
      category: 'InvalidOperation',
    })
  }
}

/** `$text -replace 'pattern','replacement'`; of a list each element. */
export function replaced({ left, right, caseSensitive }: Operands): Value {
  const [search = '', template = '', more] = isList(right) ? right : [right]
  if (more !== undefined) {
    throw new ShellError(
      'The -replace operator allows only two elements to follow it, a pattern and its replacement.',
      { id: 'BadReplaceArgument', category: 'InvalidOperation' },
    )
  }
  const expression = pattern(textOf(search), caseSensitive ? 'g' : 'gi')
  const one = (text: string) =>
    tried(expression, () =>
      text.replaceAll(expression, (...found: unknown[]) =>
        expandedTemplate(textOf(template), found),
      ),
    )
  return isList(left) ? left.map((each) => one(textOf(each))) : one(textOf(left))
}

/** `$1`, `${1}`, `${name}`, `$&`, `$0` and `$$` in a replacement; other dollar signs stay. */
function expandedTemplate(template: string, found: readonly unknown[]): string {
  const last = found.at(-1)
  const named =
    typeof last === 'object' && last !== null
      ? new Map<string, unknown>(Object.entries(last))
      : undefined
  const groups = found.slice(
    0,
    found.findIndex((each) => typeof each === 'number'),
  )
  return template.replaceAll(/\$(?:(\d{1,2})|\{(\w+)\}|([&$]))/g, (word, ...parts: unknown[]) => {
    const [digits, braced, sign] = parts
    if (sign === '$') return '$'
    if (sign === '&') return text(groups[0])
    const name = text(digits ?? braced)
    if (/^\d+$/.test(name)) return Number(name) < groups.length ? text(groups[Number(name)]) : word
    return named?.has(name) === true ? text(named.get(name)) : word
  })
}

const text = (part: unknown) => (typeof part === 'string' ? part : '')

/** `$text -split 'pattern',2`; of a list the pieces of all elements. */
export function split({ left, right, caseSensitive }: Operands): Value {
  const [separator = '', limit = 0, options = ''] = isList(right) ? right : [right]
  const simple = /^simplematch$/i.test(textOf(options))
  const source = simple
    ? textOf(separator).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
    : textOf(separator)
  const expression = pattern(source, caseSensitive ? 'g' : 'gi')
  const most = Number(textOf(limit)) > 0 ? Number(textOf(limit)) : maximumPieces
  return listOf(left ?? '').flatMap((each) =>
    tried(expression, () => pieces(textOf(each), expression, most)),
  )
}

function pieces(whole: string, expression: RegExp, most: number): string[] {
  const found: string[] = []
  let from = 0
  for (const match of whole.matchAll(expression)) {
    if (found.length + 1 >= most) break
    const end = match.index + match[0].length
    // An empty match stands between letters, not before the first or behind the last.
    if (match[0] === '' && (end === 0 || end === whole.length)) continue
    found.push(
      whole.slice(from, match.index),
      ...match.slice(1).filter((group: string | undefined) => group !== undefined),
    )
    from = end
  }
  return [...found, whole.slice(from)]
}

/** `-split $text`: at blanks. */
export const splitAtBlanks = (value: Value): Value =>
  listOf(value).flatMap((each) =>
    textOf(each)
      .split(/\s+/)
      .filter((piece) => piece !== ''),
  )

/** `$list -join ', '`. */
export const joinedText = (values: Value, separator: string): string =>
  listOf(values).map(textOf).join(separator)
