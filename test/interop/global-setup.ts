import { hindranceTo } from '../support/debian-programs.ts'

/** Vitest's, before all interop tests: says what they lack at once, not by a failure in each. */
export function setup(): void {
  const hindrance = hindranceTo([
    ...(['postfix', 'postmap', 'smtp-source', 'smtp-sink', 'saslpasswd2'] as const),
    ...(['swaks', 'telnet', 'openssl', 'strace', 'script', 'stty', 'slapd'] as const),
  ])
  if (hindrance !== undefined) throw new Error(`the interop tests cannot run here: ${hindrance}`)
}
