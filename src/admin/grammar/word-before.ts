import { isDoubleQuote, isSingleQuote } from './characters.ts'

/** A word of a command on its way, seen from the cursor at its end. */
export interface WordBefore {
  /** The command's words before this one, as written; the first is its name. */
  readonly words: readonly string[]
  /** Names of the commands before it in the pipeline, the nearest last. */
  readonly upstream: readonly string[]
  /** What stands between the word's beginning, or the last comma in it, and the cursor. */
  readonly word: string
  /** Offset of `word`. */
  readonly start: number
  /** The quote that is open, or empty. */
  readonly quote: string
  /** The cursor stands in a comment. */
  readonly comment: boolean
}

/** The inside of one pair of brackets. */
interface Frame {
  words: string[]
  upstream: string[]
  /** Beginning of the word on its way, or undefined between words. */
  start: number | undefined
}

const newFrame = (): Frame => ({ words: [], upstream: [], start: undefined })

/**
 * Tells which word of which command ends at the end of `text`, for completion: unlike the parser it
 * takes whatever is there, finished or not.
 */
export function wordBefore(text: string): WordBefore {
  const stack: Frame[] = [newFrame()]
  let at = 0
  let elementStart = 0
  let quote = ''
  const frame = () => stack.at(-1) ?? newFrame()
  const begin = () => {
    if (frame().start !== undefined) return
    frame().start = at
    elementStart = at
  }
  const endWord = () => {
    const { start, words } = frame()
    if (start !== undefined) words.push(text.slice(start, at))
    frame().start = undefined
  }
  const result = (comment: boolean): WordBefore => {
    const { words, upstream, start } = frame()
    const from = start === undefined ? text.length : elementStart
    return { words: stripped(words), upstream, word: text.slice(from), start: from, quote, comment }
  }

  for (; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '`') {
      begin()
      at++
    } else if (isSingleQuote(char) || isDoubleQuote(char)) {
      begin()
      const close = closing(text, at)
      if (close === -1) {
        quote = char
        return result(false)
      }
      at = close
    } else if (char === '#' && frame().start === undefined) {
      const line = text.indexOf('\n', at)
      if (line === -1) return result(true)
      at = line - 1
    } else if (/^[ \t\u00a0]$/.test(char)) {
      // Blanks behind a comma belong to the list.
      if (frame().start !== undefined && /,[ \t]*$/.test(text.slice(0, at))) elementStart = at + 1
      else endWord()
    } else if (/^[|;\r\n]$/.test(char)) {
      endWord()
      nextCommand(frame(), char)
    } else if (/^[({]$/.test(char)) {
      begin()
      stack.push(newFrame())
    } else if (/^[)}]$/.test(char)) {
      if (stack.length > 1) stack.pop()
    } else {
      begin()
      if (char === ',') elementStart = at + 1
    }
  }
  return result(false)
}

function nextCommand(frame: Frame, separator: string): void {
  const [name] = stripped(frame.words)
  if (separator === '|' && name !== undefined) frame.upstream.push(name)
  else if (separator === ';' || frame.words.length > 0) frame.upstream = []
  frame.words = []
}

/** Without an assignment's `$name =`, and what stands before the values of a loop: `$name in`. */
function stripped(words: readonly string[]): string[] {
  const [target, sign] = words
  return target?.startsWith('$') === true && /^([-+*/%]?=|in)$/i.test(sign ?? '')
    ? words.slice(2)
    : [...words]
}

function closing(text: string, open: number): number {
  const double = isDoubleQuote(text.charAt(open))
  for (let at = open + 1; at < text.length; at++) {
    const char = text.charAt(at)
    if (double && char === '`') at++
    else if (double ? isDoubleQuote(char) : isSingleQuote(char)) return at
  }
  return -1
}
