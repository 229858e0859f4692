/** The families of header fields that Exchange's header firewall guards. */
export type HeaderFamily = 'Routing' | 'Organization' | 'Forest' | 'CrossPremises'

const prefixes: readonly (readonly [prefix: string, family: HeaderFamily])[] = [
  ['x-ms-exchange-organization-', 'Organization'],
  ['x-ms-exchange-forest-', 'Forest'],
  ['x-ms-exchange-crosspremises-', 'CrossPremises'],
  ['resent-', 'Routing'],
]

/** The family that a field name (lower case) belongs to; most fields belong to none. */
export function headerFamily(name: string): HeaderFamily | undefined {
  if (name === 'received') return 'Routing'
  const first = name.charCodeAt(0)
  if (first !== 0x78 && first !== 0x72) return undefined
  return prefixes.find(([prefix]) => name.startsWith(prefix))?.[1]
}
