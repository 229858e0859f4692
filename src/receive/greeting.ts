import type { Milliseconds } from '../base/time-span.ts'
import type { Endpoint } from '../message/message-sink.ts'
import type { Reply } from '../smtp/reply.ts'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = [
  ...['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
]

/** Exchange's greeting, or the connector's Banner in its place. */
export function greeting(fqdn: string, banner: string, now: Milliseconds): Reply {
  const text = banner.replace(/^220[ -]?/, '')
  if (banner !== '') return { code: 220, lines: [text] }
  return {
    code: 220,
    lines: [`${fqdn} Microsoft ESMTP MAIL Service ready at ${localTime(new Date(now))}`],
  }
}

/** The first line of the answer to HELO and EHLO; an IPv6 client is shown as it is. */
export function helloLine(fqdn: string, { address }: Endpoint): string {
  return `${fqdn} Hello [${address}]`
}

/** `Fri, 5 Aug 2016 16:24:41 -0700`: local time, the day without a leading zero. */
function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const day = `${days[date.getDay()] ?? ''}, ${date.getDate()} ${months[date.getMonth()] ?? ''}`
  return `${day} ${date.getFullYear()} ${clock} ${offset(-date.getTimezoneOffset())}`
}

function offset(minutes: number): string {
  const away = Math.abs(minutes)
  const hhmm = Math.floor(away / 60) * 100 + (away % 60)
  return `${minutes < 0 ? '-' : '+'}${String(hhmm).padStart(4, '0')}`
}
