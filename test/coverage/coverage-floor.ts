/** How many of a file's executable lines ran in the tests. */
export interface FileCoverage {
  /** Below src/, as `smtp/reply.ts`. */
  readonly file: string
  readonly lines: number
  /** Those that did not run, in order. */
  readonly missed: readonly number[]
}

/** The least share of all lines, in percent. */
const overallFloor = 90

/** Where each line has to run: the wire, the queue, and what decides about mail and rights. */
const whole = [/^smtp\//, /^queue\//, /-policy\.ts$/, /(^|\/)permissions?\.ts$/, /-firewall\.ts$/]

/** What stands in the way of the floor, a line each; nothing when it holds. */
export function belowFloor(files: readonly FileCoverage[]): readonly string[] {
  const share = shareOf(files)
  const problems = files
    .filter(({ file, missed }) => missed.length > 0 && whole.some((rule) => rule.test(file)))
    .map(({ file, missed }) => `src/${file}: no test runs line ${missed.join(', ')}`)
  if (share < overallFloor) {
    problems.push(`${share.toFixed(1)} % of all lines run in tests; ${overallFloor} % have to`)
  }
  return problems
}

/** The share of lines that ran, in percent; 100 for no lines. */
export function shareOf(files: readonly FileCoverage[]): number {
  const lines = files.reduce((sum, { lines }) => sum + lines, 0)
  const missed = files.reduce((sum, { missed }) => sum + missed.length, 0)
  return lines === 0 ? 100 : (100 * (lines - missed)) / lines
}
