import { temporaryServerError } from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'

/** Where the way to the back end ended. */
export type ProxyStep = 'connect' | 'tls' | 'hello' | 'envelope' | 'content'

/**
 * The digit in `PRXn`, which Exchange leaves undocumented:
 *
 * | n | The back end |
 * |---|---|
 * | 1 | took no connection, or its greeting was no 220 |
 * | 2 | offered no TLS, failed the handshake, or did not show our own internal certificate |
 * | 3 | refused EHLO or the hand-over of the session, or was lost there |
 * | 4 | was lost at MAIL or RCPT |
 * | 5 | was lost between DATA and the final reply; it may have taken the message |
 *
 * What it refuses at MAIL, RCPT, DATA and after the content is not among them: that reply is the client's.
 */
const digits: Readonly<Record<ProxyStep, number>> = {
  connect: 1,
  tls: 2,
  hello: 3,
  envelope: 4,
  content: 5,
}

/** The client's reply when the back end cannot be asked. */
export function proxyFailure(step: ProxyStep): Reply {
  return temporaryServerError(digits[step])
}
