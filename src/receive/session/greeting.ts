import type { Milliseconds } from '../../base/time-span.ts'
import { formatMailDate } from '../../message/mail-date.ts'
import type { Endpoint } from '../../message/message-sink.ts'
import type { Reply } from '../../smtp/reply.ts'

/** Exchange's greeting, or the connector's Banner in its place. */
export function greeting(fqdn: string, banner: string, now: Milliseconds): Reply {
  const text = banner.replace(/^220[ -]?/, '')
  if (banner !== '') return { code: 220, lines: [text] }
  return {
    code: 220,
    lines: [`${fqdn} Microsoft ESMTP MAIL Service ready at ${formatMailDate(now)}`],
  }
}

/** The first line of the answer to HELO and EHLO; an IPv6 client is shown as it is. */
export function helloLine(fqdn: string, { address }: Endpoint): string {
  return `${fqdn} Hello [${address}]`
}
