import type { Milliseconds } from '../base/time-span.ts'
import { sameCertificateName } from './certificate-name.ts'
import type { KeyPair } from './certificates.ts'

/** Whether a name in a certificate covers `host`; `*` stands for one label (RFC 6125 6.4.3). */
export function fitsDomain(domain: string, host: string): boolean {
  const wanted = host.toLowerCase()
  if (!domain.startsWith('*.')) return domain === wanted
  const dot = wanted.indexOf('.')
  return dot > 0 && wanted.slice(dot) === domain.slice(1)
}

/** The certificate of that TlsCertificateName; of several, one that is valid and lasts longest. */
export function chooseByName(
  pairs: readonly KeyPair[],
  name: string,
  now: Milliseconds,
): KeyPair | undefined {
  const named = pairs.filter((pair) => sameCertificateName(pair.name, name))
  return best(named, (pair) => [rank(isValid(pair, now))])
}

/** The certificate that fits `fqdn`: valid before expired, exact before wildcard, then latest expiry. */
export function chooseByFqdn(
  pairs: readonly KeyPair[],
  fqdn: string,
  now: Milliseconds,
): KeyPair | undefined {
  const fitting = pairs.filter((pair) => pair.domains.some((domain) => fitsDomain(domain, fqdn)))
  const exact = (pair: KeyPair) => pair.domains.includes(fqdn.toLowerCase())
  return best(fitting, (pair) => [rank(isValid(pair, now)), rank(exact(pair))])
}

function isValid(pair: KeyPair, now: Milliseconds): boolean {
  return pair.notBefore.getTime() <= now && now < pair.notAfter.getTime()
}

function rank(holds: boolean): number {
  return holds ? 1 : 0
}

/** The pair with the highest ranks, compared in order; among equals the one that lasts longest. */
function best(
  pairs: readonly KeyPair[],
  ranks: (pair: KeyPair) => readonly number[],
): KeyPair | undefined {
  const scored = pairs.map((pair) => ({ pair, score: [...ranks(pair), pair.notAfter.getTime()] }))
  scored.sort((a, b) => compareScores(b.score, a.score))
  return scored[0]?.pair
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, at) => value !== b[at])
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0)
}
