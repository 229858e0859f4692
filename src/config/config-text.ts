import * as yaml from 'yaml'

/** The text with a changed map, which is used up, in the place where it stood; undefined when its place is not known. */
export function mapText(text: string, map: yaml.YAMLMap): string | undefined {
  if (map.range === undefined || map.range === null || map.items.length === 0) return undefined
  const [start] = map.range
  const end = contentEnd(text, map.range[1])
  // What stands above and below belongs to the text that stays.
  delete map.commentBefore
  delete map.spaceBefore
  if (!text.slice(start, end).includes(`#${map.comment?.split('\n')[0] ?? ''}`)) delete map.comment
  const rendered = render(map, { text, column: columnOf(text, start) })
  return text.slice(0, start) + rendered + text.slice(end)
}

/** The text with an entry below the others of a list with dashes. */
export function entryText(
  text: string,
  seq: yaml.YAMLSeq,
  entry: yaml.YAMLMap,
): string | undefined {
  const last = rangeOf(seq.items.at(-1))
  if (last === undefined || seq.range === undefined || seq.range === null) return undefined
  const column = columnOf(text, seq.range[0])
  const end = lineEnd(text, contentEnd(text, last[1]))
  const newLine = lineBreak(text)
  const gap = isAiry(text, seq) ? newLine : ''
  const rendered = render(entry, { text, column: column + 2 })
  return `${text.slice(0, end)}${newLine}${gap}${' '.repeat(column)}- ${rendered}${text.slice(end)}`
}

/** The text without one entry of a list with dashes, nor the comment lines that stand right above it. */
export function withoutEntry(text: string, seq: yaml.YAMLSeq, index: number): string | undefined {
  const range = rangeOf(seq.items[index])
  if (range === undefined || seq.range === undefined || seq.range === null) return undefined
  const end = lineEnd(text, contentEnd(text, range[1]))
  if (seq.items.length === 1) {
    const start = contentEnd(text, seq.range[0])
    return `${text.slice(0, start)} []${text.slice(end)}`
  }
  let start = lineStart(text, range[0])
  for (;;) {
    const above = lineStart(text, start - 1)
    if (start === 0 || !/^\s*#/.test(text.slice(above, start))) break
    start = above
  }
  // One of two blank lines goes too.
  const rest = text.slice(end).replace(/^\r?\n/, '')
  const isBlankAbove = /\n[ \t]*\r?\n$/.test(text.slice(0, start))
  return text.slice(0, start) + (isBlankAbove ? rest.replace(/^[ \t]*\r?\n/, '') : rest)
}

/** How a node is written so that it begins in the given column of a line. */
function render(
  node: yaml.YAMLMap,
  { text, column }: { readonly text: string; readonly column: number },
): string {
  const document = new yaml.Document(node, { schema: 'failsafe' })
  const lines = document
    .toString(yamlStyle(text, node.flow === true))
    .trimEnd()
    .split('\n')
  const indented = lines.map((line, at) =>
    at === 0 || line === '' ? line : ' '.repeat(column) + line,
  )
  return indented.join(lineBreak(text))
}

/** How new lines are written in a file: as the others where that can be told. */
export function yamlStyle(text: string, inBraces = false): yaml.ToStringOptions {
  const padded = inBraces ? /\{ +[^\s}]/ : /\[ +[^\s\]]/
  return { lineWidth: 0, singleQuote: true, flowCollectionPadding: padded.test(text) }
}

/** Whether blank lines stand between the entries. */
function isAiry(text: string, seq: yaml.YAMLSeq): boolean {
  const ranges = seq.items.map(rangeOf)
  return ranges.slice(1).some((range, at) => {
    const before = ranges[at]
    if (range === undefined || before === undefined) return false
    const between = text.slice(contentEnd(text, before[1]), range[0])
    return /\n[ \t]*\r?\n/.test(between)
  })
}

function rangeOf(node: unknown): yaml.Range | undefined {
  return yaml.isNode(node) ? (node.range ?? undefined) : undefined
}

/** The end of what stands before `end`, without blank space. */
function contentEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** Before the line's break; a comment at the end of the line belongs to it. */
function lineEnd(text: string, at: number): number {
  const [rest = ''] = /^[^\r\n]*/.exec(text.slice(at)) ?? []
  return at + rest.length
}

const columnOf = (text: string, at: number) => at - lineStart(text, at)
const lineBreak = (text: string) => (text.includes('\r\n') ? '\r\n' : '\n')
