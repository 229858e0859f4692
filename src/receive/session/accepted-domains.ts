/** What a session asks of the accepted domains. Domains are in lower case. */
export interface AcceptedDomains {
  isAccepted(domain: string): boolean
  isAuthoritative(domain: string): boolean
  /** Whether recipients of the domain are looked up in the directory. */
  hasAddressBook(domain: string): boolean
  /** The default accepted domain; undefined when there is none. */
  readonly defaultDomain: string | undefined
}
