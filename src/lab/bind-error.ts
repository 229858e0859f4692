import type { Endpoint } from '../message/message-sink.ts'

const advice: Readonly<Record<string, string>> = {
  EACCES:
    'low ports need rights: run as root, or allow them to everyone with "sysctl -w net.ipv4.ip_unprivileged_port_start=0"',
  EADDRINUSE:
    'another program listens there (or on all addresses): stop it, or choose another port',
  EADDRNOTAVAIL:
    'this machine does not have the address: on macOS add it with "sudo ifconfig lo0 alias <address>"',
}

/** The error of a listener that did not start, in a sentence that says what to do. */
export function bindError(what: string, { address, port }: Endpoint, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const why = advice[code] ?? (cause instanceof Error ? cause.message : String(cause))
  return new Error(`${what} cannot listen on ${address}:${port}: ${why}`, { cause })
}
