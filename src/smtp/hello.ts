import { invalidDomainName } from './replies.ts'
import type { Reply } from './reply.ts'

/** Longest domain name (RFC 5321 4.5.3.1.2). */
const maximumLength = 255
const domain = /^[A-Za-z0-9._:-]+$/
const addressLiteral = /^\[[A-Za-z0-9.:%_-]+\]$/

/**
 * The name in HELO or EHLO, empty when there is none (whether it may be is the connector's business).
 * Takes what clients really send: host names with underscores, address literals, bare addresses.
 */
export function parseHelloDomain(argument: string): string | Reply {
  const valid = argument === '' || domain.test(argument) || addressLiteral.test(argument)
  return valid && argument.length <= maximumLength ? argument : invalidDomainName
}
