import type { Place } from '../grammar/syntax.ts'
import type { ShellError } from './shell-error.ts'

/** Where an error arose. */
export interface ErrorOrigin {
  /** The text that was run. */
  readonly source: string
  readonly place: Place
  /** The command that says it; empty for what the language itself says. */
  readonly command: string
}

/** Longest part of a source line that is shown; the place stands inside it. */
const maximumExcerpt = 70

/** An error in PowerShell's manner: what, where in the line, and the words to search for. */
export function errorText(error: ShellError, { source, place, command }: ErrorOrigin): string {
  const where = positionText(source, error.place ?? place)
  // What cannot be read has no command yet, so the place comes first.
  const isSyntax = error.category === 'ParserError'
  const message = isSyntax || command === '' ? error.message : `${command} : ${error.message}`
  const head = isSyntax ? [where, message] : [message, where]
  const target = error.target === '' ? ':' : `${ellipsized(error.target)}:${error.targetType}`
  const origin = command === '' || isSyntax ? error.id : `${error.id},${command}`
  return [
    ...head,
    `    + CategoryInfo          : ${error.category}: (${target}) [${command}], ${ellipsized(error.reason)}`,
    `    + FullyQualifiedErrorId : ${origin}`,
    '',
  ].join('\n')
}

/** `At line:1 char:12`, the line, and a line of `~` under the place. */
export function positionText(source: string, place: Place): string {
  const start = Math.min(place.start, source.length)
  const lineStart = source.lastIndexOf('\n', start - 1) + 1
  const lineNumber = source.slice(0, lineStart).split('\n').length
  const line = /^[^\r\n]*/.exec(source.slice(lineStart))?.[0] ?? ''
  const column = Math.min(start - lineStart, line.length)
  const length = Math.max(1, Math.min(place.end, lineStart + line.length) - start)
  const { text, shift } = excerpt(line, column)
  const marks = '~'.repeat(Math.max(1, Math.min(length, text.length - (column + shift))))
  return [
    `At line:${lineNumber} char:${column + 1}`,
    `+ ${text}`,
    `+ ${' '.repeat(column + shift)}${marks}`,
  ].join('\n')
}

/** The part of a long line around `column`, and how far it moved that column to the right. */
function excerpt(line: string, column: number): { text: string; shift: number } {
  const plain = line.replaceAll('\t', ' ')
  if (plain.length <= maximumExcerpt) return { text: plain, shift: 0 }
  const latest = Math.max(0, plain.length - maximumExcerpt)
  const start = Math.min(latest, Math.max(0, column - Math.floor(maximumExcerpt / 3)))
  const before = start > 0 ? '... ' : ''
  const after = start + maximumExcerpt < plain.length ? ' ...' : ''
  const text = before + plain.slice(start, start + maximumExcerpt) + after
  return { text, shift: before.length - start }
}

/** PowerShell shortens long words in this line in the middle. */
function ellipsized(word: string): string {
  return word.length > 40 ? `${word.slice(0, 15)}...${word.slice(-15)}` : word
}
