/*
 * The lists within a field of the tracking log: addresses and their statuses, `;` between them.
 */

/** Addresses as one field. A `;` can only stand within a quoted local part, where `addressesOf` passes it over. */
export function addressList(addresses: readonly string[]): string {
  return addresses.length === 1 ? (addresses[0] ?? '') : addresses.join(';')
}

/** The addresses of a field. */
export function addressesOf(field: string): readonly string[] {
  if (field === '') return []
  if (!field.includes(';')) return [field]
  return field.match(/(?:"(?:\\.|[^"\\])*"|[^;])+/g) ?? []
}

/**
 * Statuses as one field. Replies may hold `;` themselves: among several such a one stands in braces;
 * a single one stands as it is.
 */
export function statusList(statuses: readonly string[]): string {
  const [first = ''] = statuses
  return statuses.length <= 1 ? first : statuses.map(statusItem).join(';')
}

function statusItem(status: string): string {
  if (!status.includes(';') && !status.startsWith('{')) return status
  // Within braces only `};` ends the item.
  return `{${status.replaceAll('};', '} ;')}}`
}

/** The statuses of a field that has one for each of `count` recipients. */
export function statusesOf(field: string, count: number): readonly string[] {
  if (field === '') return []
  if (count <= 1) return [field]
  const items: string[] = []
  for (let at = 0; at <= field.length;) {
    const braced = field[at] === '{'
    const end = braced ? endOfBraced(field, at) : field.indexOf(';', at)
    const stop = end === -1 ? field.length : end
    items.push(braced ? field.slice(at + 1, stop - 1) : field.slice(at, stop))
    at = stop + 1
  }
  return items
}

function endOfBraced(field: string, start: number): number {
  const brace = field.indexOf('};', start)
  return brace === -1 ? -1 : brace + 1
}
