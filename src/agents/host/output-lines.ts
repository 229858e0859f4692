import type { Readable } from 'node:stream'

/** What stands behind that in a line is left out; one that never ends takes no memory. */
const longestLine = 1000

/** Calls `onLine` for each line of the output, as far as it is worth reading. */
export function followLines(output: Readable, onLine: (line: string) => void): void {
  let begun = ''
  output.setEncoding('utf8')
  output.on('data', (text: string) => {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      onLine(extended(begun, text.slice(start, end)).replace(/\r$/, ''))
      begun = ''
      start = end + 1
    }
    begun = extended(begun, text.slice(start))
  })
  output.once('end', () => {
    if (begun !== '') onLine(begun)
  })
}

function extended(line: string, text: string): string {
  return line + text.slice(0, longestLine - line.length)
}
