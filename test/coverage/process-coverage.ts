/** Octets of a script that ran `count` times; a later range stands inside an earlier one, and counts instead of it. */
export interface CountedRange {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

/** What a process or thread of Node's writes about one script (NODE_V8_COVERAGE). */
export interface ScriptCoverage {
  readonly url: string
  readonly functions: readonly { readonly ranges: readonly CountedRange[] }[]
}

/** Line from 1, column from 0, as istanbul's maps have them. */
export interface Position {
  readonly line: number
  readonly column: number
}

/**
 * Which of these places of a script ran. The script ran as it stands in its file: taking types out
 * leaves each character where it was.
 *
 * @param places offsets into the script, in UTF-16 units, in ascending order
 */
export function ranAt(script: ScriptCoverage, places: readonly number[]): readonly boolean[] {
  const ran = places.map(() => false)
  for (const { ranges } of script.functions) {
    for (const { startOffset, endOffset, count } of ranges) {
      ran.fill(count > 0, firstFrom(places, startOffset), firstFrom(places, endOffset))
    }
  }
  return ran
}

/** The index of the first place at `offset` or behind it. */
function firstFrom(places: readonly number[], offset: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The offsets of places in a text. */
export function offsetsOf(text: string, positions: readonly Position[]): readonly number[] {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1))
    lineStarts.push(at + 1)
  return positions.map(({ line, column }) => (lineStarts[line - 1] ?? text.length) + column)
}
