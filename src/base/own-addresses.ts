import { networkInterfaces } from 'node:os'

/** The addresses that this machine has now, those of single links (fe80::/10) left out. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .map(({ address }) => address)
    .filter((address) => !/^fe[89ab]/i.test(address))
}
