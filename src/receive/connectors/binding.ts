import { isIP } from 'node:net'

/** A local address and port that a Receive connector listens on. */
export interface Binding {
  /** Address without brackets: `0.0.0.0`, `::`, `10.1.1.1`. */
  readonly address: string
  readonly port: number
}

/** Reads `10.1.1.1:25` or `[::]:25`; undefined for anything else. */
export function parseBinding(text: string): Binding | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim())
  if (match === null) return undefined
  const [, ipv6, ipv4, port] = match
  const address = ipv6 ?? ipv4 ?? ''
  if (isIP(address) !== (ipv6 === undefined ? 4 : 6) || Number(port) > 65_535) return undefined
  return { address, port: Number(port) }
}

/** The binding as it is written: `10.1.1.1:25`, `[::]:25`. */
export function formatBinding({ address, port }: Binding): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
