import type { Clock } from '../base/clock.ts'

/** Does a part of some long background work, and then rests as long: live mail comes first. */
export async function halfTheTime<Result>(
  clock: Clock,
  work: () => Promise<Result>,
): Promise<Result> {
  const begun = clock.monotonic()
  const result = await work()
  const worked = clock.monotonic() - begun
  if (worked > 0) await clock.sleep(worked)
  return result
}
