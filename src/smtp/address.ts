import { isIP } from 'node:net'

/** An address as MAIL or RCPT named it. */
export interface Mailbox {
  /** `local@domain` as received, without angle brackets and source route. */
  readonly address: string
  /** Characters outside ASCII: only for SMTPUTF8 transactions (RFC 6531). */
  readonly international: boolean
}

/** A path and what follows it on the line. */
export interface ParsedPath {
  /** Undefined for the null path `<>`. */
  readonly mailbox?: Mailbox
  readonly rest: string
}

/** Exchange's limits, 571 in all; wider than RFC 5321 4.5.3.1 where the next hop may judge. */
const maximumLocalPart = 315
const maximumDomain = 255

const atom = "[\\w!#$%&'*+/=?^`{|}~\\u00a1-\\u{10ffff}-]+"
const dotString = `${atom}(?:\\.${atom})*`
const quotedString = '"(?:[ !#-\\[\\]-~\\u00a1-\\u{10ffff}]|\\\\[ -~\\u00a1-\\u{10ffff}])*"'
const label = '[\\w\\u00a1-\\u{10ffff}](?:[\\w\\u00a1-\\u{10ffff}-]{0,61}[\\w\\u00a1-\\u{10ffff}])?'
const domainName = `${label}(?:\\.${label})*`
const addressLiteral = '\\[[0-9A-Za-z.:]+\\]'

const localPartShape = new RegExp(`^(?:${dotString}|${quotedString})`, 'u')
const domainShape = new RegExp(`^(?:${domainName}|${addressLiteral})`, 'u')
const sourceRoute = new RegExp(`^@${domainName}(?:,@${domainName})*:`, 'u')
/** Spaces and line ends outside ASCII: in an address they only mislead. */
const misleading = /[^\x00-\x7f\P{Z}]/u
const nonAscii = /[^\x00-\x7f]/

/**
 * Reads the path at the start of `text`: `<local@domain>`, `<@relay:local@domain>`, `<>`, or an address
 * without angle brackets, which Exchange and Postfix take too. Undefined for anything else.
 */
export function parsePath(text: string): ParsedPath | undefined {
  if (text.startsWith('<>')) return { rest: text.slice(2) }
  if (!text.startsWith('<')) {
    const bare = mailboxAt(text)
    return bare?.rest === '' || bare?.rest.startsWith(' ') === true ? bare : undefined
  }
  const inner = text.slice(1)
  const path = mailboxAt(inner.slice(sourceRoute.exec(inner)?.[0].length ?? 0))
  return path?.rest.startsWith('>') === true ? { ...path, rest: path.rest.slice(1) } : undefined
}

/** Whether `address` is a mailbox with a domain and nothing else. */
export function isMailbox(address: string): boolean {
  return mailboxAt(address)?.rest === ''
}

function mailboxAt(text: string): ParsedPath | undefined {
  const localPart = localPartShape.exec(text)?.[0] ?? ''
  if (localPart === '' || text[localPart.length] !== '@') return undefined
  const afterAt = text.slice(localPart.length + 1)
  const domain = domainShape.exec(afterAt)?.[0] ?? ''
  const address = `${localPart}@${domain}`
  if (localPart.length > maximumLocalPart || !isDomain(domain) || misleading.test(address)) {
    return undefined
  }
  return {
    mailbox: { address, international: nonAscii.test(address) },
    rest: afterAt.slice(domain.length),
  }
}

function isDomain(domain: string): boolean {
  if (!domain.startsWith('[')) return domain !== '' && domain.length <= maximumDomain
  const literal = domain.slice(1, -1)
  return isIP(literal) === 4 || (/^IPv6:/i.test(literal) && isIP(literal.slice(5)) === 6)
}
