import type { ContentLimits } from './message-sink.ts'

/**
 * The limits for content that a front end of ours passes on: its trace field, which counts as a hop on
 * this server, is none of the client's. 0 stays no limit.
 */
export function behindFrontEnd(limits: ContentLimits): ContentLimits {
  const { maxHeaderSize, maxHopCount, maxLocalHopCount } = limits
  return {
    maxHeaderSize,
    maxHopCount: maxHopCount + 1,
    maxLocalHopCount: maxLocalHopCount === 0 ? 0 : maxLocalHopCount + 1,
  }
}

/** What both allow. */
export function narrowerLimits(one: ContentLimits, other: ContentLimits): ContentLimits {
  const localHops = [one.maxLocalHopCount, other.maxLocalHopCount].filter((hops) => hops > 0)
  return {
    maxHeaderSize: Math.min(one.maxHeaderSize, other.maxHeaderSize),
    maxHopCount: Math.min(one.maxHopCount, other.maxHopCount),
    maxLocalHopCount: localHops.length === 0 ? 0 : Math.min(...localHops),
  }
}
