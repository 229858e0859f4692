import type { ResolutionStep } from '../queue/recategorized.ts'

/** Of a group's members so many are named. */
const mostNamed = 10

/** What the directory made of an address, told to a person. */
export function stepText({ event, from, to }: ResolutionStep): string {
  switch (event) {
    case 'EXPAND':
      return `${from} is a group: ${membersText(to)}`
    case 'REDIRECT':
      return `${from} has its mail at ${to.join(', ')}`
    case 'RESOLVE':
      return `${from} is ${to.join(', ')}`
  }
}

function membersText(addresses: readonly string[]): string {
  if (addresses.length === 0) return 'it has no members'
  const named = addresses.slice(0, mostNamed).join(', ')
  return addresses.length > mostNamed ? `${named} and ${addresses.length - mostNamed} more` : named
}
