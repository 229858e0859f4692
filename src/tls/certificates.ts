/** A certificate with its key, PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
  /** `<I>issuer<S>subject`, Exchange's TlsCertificateName. */
  readonly name: string
  readonly subject: string
  readonly issuer: string
  readonly serialNumber: string
  /** Names in the certificate (subject alternative names, else the common name), lower case. */
  readonly domains: readonly string[]
  readonly thumbprint: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** The certificates of this server. */
export interface Certificates {
  /**
   * The certificate for a connector: the one named by TlsCertificateName, else the one whose names
   * fit `fqdn` best (exact over wildcard, then latest expiry), else the self-signed default.
   * Undefined when TlsCertificateName names none that exists: then STARTTLS is not offered.
   */
  select(fqdn: string, tlsCertificateName?: string): KeyPair | undefined
  /** The certificate by which this server's own services know one another. */
  readonly internal: KeyPair
}
