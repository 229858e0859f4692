/**
 * One SMTP reply, sent or received (RFC 5321 4.2). `lines` holds the text after code and enhanced
 * code; there is at least one line, possibly empty.
 */
export interface Reply {
  readonly code: number
  /** Enhanced status code such as `5.7.54` (RFC 3463), where the reply has one. */
  readonly enhanced?: string
  readonly lines: readonly string[]
  /** Ours, and the connection ends behind it, as it does behind every 421 (RFC 5321 3.8). */
  readonly endsSession?: true
}

const replyShape = /^(\d{3})(?: ([245]\.\d{1,3}\.\d{1,3}))?(?: (.*))?$/

/**
 * Makes a reply from its text as it stands on the wire: `reply('250 2.1.0 Sender OK')`.
 * For texts written in this code base; throws a RangeError for a text that is no reply.
 */
export function reply(text: string): Reply {
  const match = replyShape.exec(text)
  if (match === null) throw new RangeError(`not an SMTP reply: ${text}`)
  const [, code, enhanced, rest = ''] = match
  return { code: Number(code), ...(enhanced !== undefined && { enhanced }), lines: [rest] }
}

/** Whether the peer should try the same again later (4yz). */
export function isTransient(answer: Reply): boolean {
  return answer.code >= 400 && answer.code < 500
}

/** Whether the command succeeded (2yz or, for DATA, 3yz). */
export function isPositive(answer: Reply): boolean {
  return answer.code < 400
}

/** Whether it refuses the command as such, not known or not expected, and says nothing of us (x0z, RFC 5321 4.2.1). */
export function isAboutCommand(answer: Reply): boolean {
  return answer.code >= 400 && Math.floor(answer.code / 10) % 10 === 0
}

/** The reply on one line, as logs, queues and notifications show it: `550 5.1.1 User unknown`. */
export function replyText(answer: Reply): string {
  const enhanced = answer.enhanced === undefined ? '' : ` ${answer.enhanced}`
  return `${answer.code}${enhanced} ${answer.lines.join(' ')}`.trimEnd()
}

/**
 * The reply as octets for the wire, CRLF included. The enhanced code stands on each line
 * (RFC 2034 3) and is left out when the connector does not announce ENHANCEDSTATUSCODES.
 * Control characters become spaces, so no text can split a reply.
 */
export function formatReply(answer: Reply, withEnhancedCodes = true): string {
  const prefix = withEnhancedCodes && answer.enhanced !== undefined ? `${answer.enhanced} ` : ''
  const last = answer.lines.length - 1
  return answer.lines
    .map((line, at) => `${answer.code}${at < last ? '-' : ' '}${prefix}${harmless(line)}\r\n`)
    .join('')
}

function harmless(line: string): string {
  return line.replace(/[\x00-\x1f\x7f]/g, ' ')
}
