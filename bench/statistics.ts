/** The middle of the values, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

/**
 * The median of the rounds' own ratios. A round's two runs are neighbours in time, so what slows the
 * machine for a while falls out of their ratio, where it would stay in a ratio of medians.
 */
export function ratioOfRounds(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.slice(0, theirs.length).map((rate, round) => rate / (theirs[round] ?? NaN)))
}
