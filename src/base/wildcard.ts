/** A run of characters between two `*`, found in a folded text; -1 when it is not there. */
interface Segment {
  readonly length: number
  /** Where it first stands, from `from` on. */
  readonly find: (text: string, from: number) => number
  readonly standsAt: (text: string, at: number) => boolean
}

/** A test of one character: a class, `?`, or the character itself. */
type Element = string | ((char: string) => boolean)

/**
 * A test for PowerShell's wildcards: `*`, `?`, `[a-c]`, a backtick before what is meant literally. The
 * only implementation there is, in the shell, the services and the store: it goes through a text once,
 * for of each part between two `*` the first place is taken, which is enough without alternatives. Text
 * alone is found as the runtime finds text, in time that grows with the text's length only.
 */
export function wildcard(pattern: string, caseSensitive = false): (text: string) => boolean {
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase())
  const parts = partsOf(fold(pattern)).map(segmentOf)
  const [first = segmentOf([]), ...middle] = parts
  const last = middle.pop()
  if (last === undefined) {
    return (text) => {
      const folded = fold(text)
      return folded.length === first.length && first.standsAt(folded, 0)
    }
  }
  return (text) => {
    const folded = fold(text)
    if (!first.standsAt(folded, 0)) return false
    let at = first.length
    for (const { length, find } of middle) {
      const found = find(folded, at)
      if (found === -1) return false
      at = found + length
    }
    const end = folded.length - last.length
    return end >= at && last.standsAt(folded, end)
  }
}

/** Whether a text has wildcards in it. */
export const hasWildcards = (text: string) => /[*?[\]]/.test(text)

/** The elements between the asterisks; there is one part more than there are asterisks. */
function partsOf(pattern: string): readonly (readonly Element[])[] {
  let part: Element[] = []
  const parts = [part]
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at)
    const close = char === '[' ? pattern.indexOf(']', at + 2) : -1
    if (char === '*') parts.push((part = []))
    else if (char === '?') part.push(() => true)
    else if (close !== -1) {
      part.push(oneOf(pattern.slice(at + 1, close)))
      at = close
    } else {
      if (char === '`' && at + 1 < pattern.length) at++
      part.push(pattern.charAt(at))
    }
  }
  return parts
}

function oneOf(chars: string): (char: string) => boolean {
  return (char) => {
    for (let at = 0; at < chars.length; at++) {
      const first = chars.charAt(at)
      const range = chars.charAt(at + 1) === '-' ? chars.charAt(at + 2) : ''
      if (range === '' ? first === char : first <= char && char <= range) return true
      if (range !== '') at += 2
    }
    return false
  }
}

function segmentOf(elements: readonly Element[]): Segment {
  const { length } = elements
  const literal = elements.every((element) => typeof element === 'string')
  if (literal) {
    const part = elements.join('')
    return {
      length,
      find: (text, from) => text.indexOf(part, from),
      standsAt: (text, at) => text.startsWith(part, at),
    }
  }
  const standsAt = (text: string, at: number) =>
    at + length <= text.length &&
    elements.every((element, index) => {
      const char = text.charAt(at + index)
      return typeof element === 'string' ? element === char : element(char)
    })
  return {
    length,
    find: (text, from) => {
      for (let at = from; at + length <= text.length; at++) if (standsAt(text, at)) return at
      return -1
    },
    standsAt,
  }
}
