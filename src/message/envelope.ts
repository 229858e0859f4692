/** When a recipient's sender wants a notification (RFC 3461 4.1). Absent: failure, and delay by our choice. */
export type NotifyCondition = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY'

/** One recipient as RCPT named it. */
export interface Recipient {
  /** `local@domain` without angle brackets, spelled as received. */
  readonly address: string
  readonly notify?: readonly NotifyCondition[]
  /** ORCPT as received, still in xtext form: `rfc822;alias@corp.example`. */
  readonly originalRecipient?: string
}

export type BodyType = '7BIT' | '8BITMIME' | 'BINARYMIME'

/** What MAIL said of a message. */
export interface Envelope {
  /** Reverse path without angle brackets; empty for the null sender. */
  readonly sender: string
  readonly body: BodyType
  /** The client asked for SMTPUTF8 (RFC 6531): addresses or headers may be UTF-8. */
  readonly smtpUtf8: boolean
  /** RET (RFC 3461 4.3). */
  readonly returnContent?: 'FULL' | 'HDRS'
  /** ENVID, still in xtext form. */
  readonly envelopeId?: string
}

/** The domain of an address in lower case; empty for the null sender and for `postmaster`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1 || address.length).toLowerCase()
}
