/** One address to try for a next hop. */
export interface Target {
  /** MX host, smart host or literal, as it was found; the peer is called by this name. */
  readonly host: string
  readonly address: string
  readonly port: number
  /** The entry of SmartHosts that led here; absent for DNS routing. */
  readonly smartHost?: string
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`. */
export function targetEndpoint({ address, port }: Target): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** `mx1.contoso.com (192.0.2.1)`; a literal stands alone. */
export function targetName({ host, address }: Target): string {
  return host === address ? address : `${host} (${address})`
}
