export interface MomentsOptions {
  /** A second. */
  readonly rate: number
  readonly count: number
  readonly from: number
}

/**
 * Moments in milliseconds as of independent senders (a Poisson process): the same ones for the same
 * options, so that both servers get the same load.
 */
export function randomMoments({ rate, count, from }: MomentsOptions): number[] {
  const random = seeded(1)
  const moments: number[] = []
  let at = from
  for (let n = 0; n < count; n++) {
    at -= (Math.log(1 - random()) / rate) * 1000
    moments.push(at)
  }
  return moments
}

/** Mulberry32: numbers from 0 to 1 that look random and are the same for one seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
