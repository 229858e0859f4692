/** Letters that take two columns of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u

const plainAscii = /^[\x20-\x7e]*$/

/** How many columns of a terminal a text takes. */
export function textWidth(text: string): number {
  if (plainAscii.test(text)) return text.length
  let width = 0
  for (const char of text) width += charWidth(char)
  return width
}

function charWidth(char: string): number {
  if (/^[\p{M}\u200b-\u200f\ufe00-\ufe0f]$/u.test(char)) return 0
  return wide.test(char) ? 2 : 1
}

/** The longest beginning of a text that takes `width` columns or fewer. */
export function headOf(text: string, width: number): string {
  if (plainAscii.test(text)) return text.slice(0, width)
  let head = ''
  let taken = 0
  for (const char of text) {
    taken += charWidth(char)
    if (taken > width) return head
    head += char
  }
  return head
}

/** The text filled up with blanks to `width` columns. */
export function padded(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** The text, or as much of it as fits with `...` at its end. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return width <= 3 ? headOf(text, width) : `${headOf(text, width - 3)}...`
}

/** A text in lines of at most `width` columns, broken at blanks where there are any, else at commas and semicolons. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrappedLine(line, Math.max(1, width)))
}

function wrappedLine(line: string, width: number): string[] {
  const lines: string[] = []
  let rest = line
  while (textWidth(rest) > width) {
    const head = headOf(rest, width) || Array.from(rest).slice(0, 1).join('')
    const blank = rest.charAt(head.length) === ' ' ? head.length : head.lastIndexOf(' ')
    // A list without blanks is broken behind an element rather than inside one.
    const separator = Math.max(head.lastIndexOf(','), head.lastIndexOf(';')) + 1
    const length = blank > 0 ? blank : separator > head.length / 2 ? separator : head.length
    lines.push(rest.slice(0, length).trimEnd())
    rest = rest.slice(length).replace(/^ /, '')
  }
  return [...lines, rest]
}

/** A text with its long lines broken at blanks, each going on below its own first word. */
export function folded(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? ''
      if (textWidth(line) <= width || indent.length > width / 2) return line
      const lines = wrapped(line.slice(indent.length), width - indent.length)
      return lines.map((part) => indent + part).join('\n')
    })
    .join('\n')
}
