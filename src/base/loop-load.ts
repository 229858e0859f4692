import { performance } from 'node:perf_hooks'

/**
 * Tells, at each call, which share of the time since the one before this thread's event loop had work:
 * 0 to 1. A core that others use as well counts as work.
 */
export function loopLoad(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}
