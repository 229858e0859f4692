import type { Milliseconds } from '../base/time-span.ts'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/**
 * A point in time as RFC 5322 3.3 writes it, with Exchange's unpadded day:
 * `Fri, 5 Aug 2016 16:24:41 -0700`. The offset is minutes east of UTC, the machine's when absent.
 */
export function formatMailDate(
  time: Milliseconds,
  offset = -new Date(time).getTimezoneOffset(),
): string {
  const local = new Date(time + offset * 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${days[local.getUTCDay()] ?? ''}, ${local.getUTCDate()}`
  const date = `${day} ${months[local.getUTCMonth()] ?? ''} ${local.getUTCFullYear()}`
  const clock = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two)
  const zone = Math.abs(offset)
  const sign = offset < 0 ? '-' : '+'
  return `${date} ${clock.join(':')} ${sign}${two(Math.floor(zone / 60))}${two(zone % 60)}`
}
