import type { Milliseconds } from '../base/time-span.ts'
import { sameCertificateName } from './certificate-name.ts'
import type { KeyPair } from './certificates.ts'

/** What a choice goes by. */
export type CertificateFacts = Pick<KeyPair, 'name' | 'domains' | 'notBefore' | 'notAfter'>

/** What a server has to choose from. */
export interface CertificateSupply<Pair extends CertificateFacts> {
  readonly configured: readonly Pair[]
  readonly selfSigned: Pair
}

/**
 * The certificate for a connector: the one of that TlsCertificateName, or where that is empty the one that
 * fits `fqdn`, else the self-signed one. Undefined when the name is that of none.
 */
export function chooseCertificate<Pair extends CertificateFacts>(
  { configured, selfSigned }: CertificateSupply<Pair>,
  { fqdn, name }: { readonly fqdn: string; readonly name: string },
  now: Milliseconds,
): Pair | undefined {
  if (name !== '') return chooseByName([...configured, selfSigned], name, now)
  return chooseByFqdn(configured, fqdn, now) ?? selfSigned
}

/** Whether a name in a certificate covers `host`; `*` stands for one label (RFC 6125 6.4.3). */
export function fitsDomain(domain: string, host: string): boolean {
  const wanted = host.toLowerCase()
  if (!domain.startsWith('*.')) return domain === wanted
  const dot = wanted.indexOf('.')
  return dot > 0 && wanted.slice(dot) === domain.slice(1)
}

/** The certificate of that TlsCertificateName; of several, one that is valid and lasts longest. */
export function chooseByName<Pair extends CertificateFacts>(
  pairs: readonly Pair[],
  name: string,
  now: Milliseconds,
): Pair | undefined {
  const named = pairs.filter((pair) => sameCertificateName(pair.name, name))
  return best(named, (pair) => [rank(isValid(pair, now))])
}

/** The certificate that fits `fqdn`: valid before expired, exact before wildcard, then latest expiry. */
export function chooseByFqdn<Pair extends CertificateFacts>(
  pairs: readonly Pair[],
  fqdn: string,
  now: Milliseconds,
): Pair | undefined {
  const fitting = pairs.filter((pair) => pair.domains.some((domain) => fitsDomain(domain, fqdn)))
  const exact = (pair: Pair) => pair.domains.includes(fqdn.toLowerCase())
  return best(fitting, (pair) => [rank(isValid(pair, now)), rank(exact(pair))])
}

function isValid(pair: CertificateFacts, now: Milliseconds): boolean {
  return pair.notBefore.getTime() <= now && now < pair.notAfter.getTime()
}

function rank(holds: boolean): number {
  return holds ? 1 : 0
}

/** The pair with the highest ranks, compared in order; among equals the one that lasts longest. */
function best<Pair extends CertificateFacts>(
  pairs: readonly Pair[],
  ranks: (pair: Pair) => readonly number[],
): Pair | undefined {
  const scored = pairs.map((pair) => ({ pair, score: [...ranks(pair), pair.notAfter.getTime()] }))
  scored.sort((a, b) => compareScores(b.score, a.score))
  return scored[0]?.pair
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, at) => value !== b[at])
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0)
}
