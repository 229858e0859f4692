import { second } from '../base/time-span.ts'
import type { DnsName, DnsZones } from './dns-zone.ts'

/** Where the zones lead. */
export interface LabZoneHosts {
  /** Address of the first Internet mail host, mx1.good.test. */
  readonly mx1: string
  /** Address of the second, mx2.good.test. */
  readonly mx2: string
  /** An address where nothing listens on port 25. */
  readonly dead: string
  /** Address of the relay itself. */
  readonly relay: string
  /** Address of the partner's smart host. */
  readonly partner: string
}

/** More than a resolver asks for one look-up, so that the first attempt of a delivery fails. */
const flakyFailures = 6
const manyHosts = 40

/** The zones of the lab: one domain for each thing DNS can do to mail. `nosuch.test` does not exist. */
export function labZones({ mx1, mx2, dead, relay, partner }: LabZoneHosts): DnsZones {
  const many = Array.from({ length: manyHosts }, (_, at) => `mail-exchanger-${at + 1}.many.test`)
  return {
    // Both hosts answer; mx1 is preferred.
    'good.test': {
      ...exchangers([10, 'mx1.good.test'], [20, 'mx2.good.test']),
      txt: ['v=spf1 mx -all'],
    },
    'mx1.good.test': { a: [mx1] },
    'mx2.good.test': addresses(mx2),
    // Both answer and neither is preferred.
    'equal.test': exchangers([10, 'mx1.good.test'], [10, 'mx2.good.test']),
    // No MX: the address is the mail host (RFC 5321 5.1).
    'aonly.test': { a: [mx1] },
    // Takes no mail (RFC 7505), although it has an address.
    'nullmx.test': { ...exchangers([0, '']), a: [mx1] },
    // The preferred host is down.
    'deadfirst.test': exchangers([10, 'dead.test'], [20, 'mx2.good.test']),
    'dead.test': { a: [dead] },
    // Every host is down.
    'alldead.test': exchangers([10, 'dead.test']),
    // The mail host has no address.
    'mxnoaddress.test': exchangers([10, 'nosuch.test']),
    // The mail host is an alias, which RFC 2181 10.3 forbids and the Internet has.
    'aliasmx.test': exchangers([10, 'alias.aliasmx.test']),
    'alias.aliasmx.test': { cname: 'mx1.good.test' },
    // More records than fit a UDP answer.
    'many.test': exchangers(...many.map((host, at): [number, string] => [at + 1, host])),
    ...Object.fromEntries(many.map((host) => [host, { a: [mx1] }])),
    'servfail.test': { fault: { kind: 'servfail' } },
    // Fails at first, then as good.test.
    'flaky.test': {
      ...exchangers([10, 'mx1.good.test']),
      fault: { kind: 'servfail-then-good', count: flakyFailures },
    },
    'slow.test': {
      ...exchangers([10, 'mx1.good.test']),
      fault: { kind: 'slow', delay: 3 * second },
    },
    // The DNS never answers.
    'silent.test': { fault: { kind: 'drop' } },
    // The relay is its own mail host: a loop.
    'loop.test': exchangers([10, 'relay.contoso.test']),
    'relay.contoso.test': { a: [relay] },
    // The relay is the backup: only better hosts than itself may be tried.
    'backup.test': exchangers([10, 'dead.test'], [20, 'relay.contoso.test'], [30, 'mx2.good.test']),
    // For recipients whom mx1 lets wait, so that mail for others does not wait behind them.
    'hang.test': exchangers([10, 'mx1.good.test']),
    '421.test': exchangers([10, 'mx1.good.test']),
    'dropdata.test': exchangers([10, 'mx1.good.test']),
    // Reached through the Front End Transport service.
    'proxied.test': exchangers([10, 'mx1.good.test']),
    // Reached by smart host, not by MX.
    'smarthost.partner.test': { a: [partner] },
  }
}

function addresses(address: string): DnsName {
  return address.includes(':') ? { aaaa: [address] } : { a: [address] }
}

function exchangers(...hosts: readonly (readonly [preference: number, exchange: string])[]) {
  return { mx: hosts.map(([preference, exchange]) => ({ preference, exchange })) }
}
