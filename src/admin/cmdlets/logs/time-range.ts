import { ShellError } from '../../shell/shell-error.ts'

/** Parameters for a stretch of time, by the names of its two ends. */
export type TimeRange<End extends string> = Readonly<Partial<Record<End, Date>>>

/** Fails when a search would end before it starts. */
export function requireTimeRange<End extends string>(
  given: TimeRange<End>,
  [startName, endName]: readonly [start: End, end: End],
): void {
  const [start, end] = [given[startName], given[endName]]
  if (start === undefined || end === undefined || start <= end) return
  throw new ShellError(`The ${startName} time is after the ${endName} time.`, {
    id: 'InvalidTimeRange',
    category: 'InvalidArgument',
  })
}
