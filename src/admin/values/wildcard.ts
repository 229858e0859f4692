/** One element of a pattern: any run, any one character, or a test of one character. */
type Element = 'run' | ((char: string) => boolean)

/**
 * A test for PowerShell's wildcards: `*`, `?`, `[a-c]`, a backtick before what is meant literally.
 * It takes time in proportion to text and pattern, whatever they are.
 */
export function wildcard(pattern: string, caseSensitive = false): (text: string) => boolean {
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase())
  const elements = elementsOf(fold(pattern))
  return (text) => matches(elements, Array.from(fold(text)))
}

/** Whether a text has wildcards in it. */
export const hasWildcards = (text: string) => /[*?[\]]/.test(text)

function elementsOf(pattern: string): readonly Element[] {
  const elements: Element[] = []
  const chars = Array.from(pattern)
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? ''
    const close = char === '[' ? chars.indexOf(']', at + 2) : -1
    if (char === '*') {
      if (elements.at(-1) !== 'run') elements.push('run')
    } else if (char === '?') elements.push(() => true)
    else if (close !== -1) {
      elements.push(oneOf(chars.slice(at + 1, close)))
      at = close
    } else {
      if (char === '`' && at + 1 < chars.length) at++
      const literal = chars[at]
      elements.push((other) => other === literal)
    }
  }
  return elements
}

function oneOf(chars: readonly string[]): (char: string) => boolean {
  return (char) =>
    chars.some((first, at) => {
      const range = chars[at + 1] === '-' ? chars[at + 2] : undefined
      return range === undefined ? first === char : first <= char && char <= range
    })
}

/** Goes back only to the last `*`, which is enough for patterns without alternatives. */
function matches(elements: readonly Element[], text: readonly string[]): boolean {
  let at = 0
  let element = 0
  let lastRun = -1
  let runEnd = 0
  while (at < text.length) {
    const current = elements[element]
    if (current === 'run') {
      lastRun = element++
      runEnd = at
    } else if (current?.(text[at] ?? '') === true) {
      at++
      element++
    } else if (lastRun !== -1) {
      element = lastRun + 1
      at = ++runEnd
    } else return false
  }
  return elements.slice(element).every((rest) => rest === 'run')
}
