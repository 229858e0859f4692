/**
 * Counts that several processes keep together, each its own share of them. What the others have is
 * known with a delay: some 50 ms, and the time of one exchange where a count is near its limit. So a
 * limit that is held by these counts can be overshot by what all processes admit within that time.
 */
export interface SharedCounts {
  /** The sum of the other processes' counts, as last known. */
  ofOthers(key: string): number
  /** Tells the others what this process counts; nobody needs to know it while there is no `limit`. */
  tell(key: string, own: number, limit: number): void
}

/** A process that shares its limits with nobody. */
export const unshared: SharedCounts = {
  ofOthers: () => 0,
  tell: () => undefined,
}
