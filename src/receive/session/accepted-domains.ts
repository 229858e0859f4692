/** What a session asks of the accepted domains. Domains are in lower case. */
export interface AcceptedDomains {
  isAccepted(domain: string): boolean
  isAuthoritative(domain: string): boolean
  /** Whether recipients of the domain are looked up in the directory. */
  hasAddressBook(domain: string): boolean
  /**
   * Whether an address in one of the domains stands for one of another mail system that a connector of ours takes.
   * Who sends there has us relay: into a fax gateway, for one.
   */
  leadsOutside(address: string): boolean
  /** The default accepted domain; undefined when there is none. */
  readonly defaultDomain: string | undefined
}
