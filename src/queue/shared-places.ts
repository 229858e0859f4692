/** Places for outbound connections within limits that several processes keep together. */
export interface SharedPlaces {
  /** How many processes there are. */
  readonly sharers: number
  /** Requests that wait for one of all places, and for no other limit. */
  readonly waitingForAny: number
  /**
   * Takes a place for a connection of `queue` (a queue key's text). Undefined when there is none now:
   * `whenFree` is called once, when it is worth asking again, and a place that it does not take is
   * offered to others.
   */
  take(queue: string, limits: PlaceLimits, whenFree: () => void): Place | undefined
}

export interface PlaceLimits {
  readonly perQueue: number
  readonly overall: number
}

export interface Place {
  /** Other processes may wait for it: no connection may stay open when it is given back. */
  readonly scarce: boolean
  /** Gives it back; once. */
  release(): void
}
