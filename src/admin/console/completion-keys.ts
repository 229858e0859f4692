import { cut, padded, textWidth } from '../format/text-width.ts'
import type { Candidate, Completion } from '../shell/complete.ts'
import type { KeyCompletion } from './keyboard.ts'

/** Most rows that a menu of candidates takes. */
const maximumRows = 20

/**
 * What Tab does: the only candidate is put in, several are put in as far as they agree, and where that
 * brings nothing they are shown.
 */
export function keyCompletion(
  text: string,
  { start, end, candidates }: Completion,
  width: number,
): KeyCompletion {
  const [first, ...others] = candidates
  if (first === undefined) return {}
  const length = end - start
  if (others.length === 0) {
    // A value may be one of a list, so it goes on with a comma as well.
    const ends = first.kind === 'command' || first.kind === 'parameter'
    return { insert: { length, text: ends ? `${first.text} ` : first.text } }
  }
  const shared = candidates.map((one) => one.text).reduce(commonBeginning)
  const written = text.slice(start, end)
  if (shared.length > length) return { insert: { length, text: shared } }
  const insert = shared === written || shared.length < length ? undefined : { length, text: shared }
  return { insert, menu: menu(candidates, width) }
}

/** The longest beginning that two texts share but for case, as the first writes it. */
function commonBeginning(a: string, b: string): string {
  let length = 0
  while (length < a.length && a.charAt(length).toLowerCase() === b.charAt(length).toLowerCase()) {
    length++
  }
  return a.slice(0, length)
}

/** Parameters with what they mean, when they fit on a few rows; else all in columns. */
export function menu(candidates: readonly Candidate[], width: number): string {
  const explained = candidates.some(({ kind }) => kind === 'command' || kind === 'parameter')
  if (explained && candidates.length <= maximumRows) return explainedRows(candidates, width)
  return columns(
    candidates.map(({ text }) => text),
    width,
  )
}

function explainedRows(candidates: readonly Candidate[], width: number): string {
  const widest = Math.max(...candidates.map(({ text }) => textWidth(text)))
  return candidates
    .map(({ text, help }) => `${cut(`  ${padded(text, widest)}  ${help}`, width - 1).trimEnd()}\n`)
    .join('')
}

function columns(texts: readonly string[], width: number): string {
  const each = Math.max(...texts.map(textWidth)) + 2
  const across = Math.max(1, Math.floor((width - 1) / each))
  const rows = Math.ceil(texts.length / across)
  return Array.from({ length: rows }, (_, row) => {
    const line = texts.filter((_text, at) => at % rows === row)
    return `${line
      .map((text) => padded(text, each))
      .join('')
      .trimEnd()}\n`
  }).join('')
}
