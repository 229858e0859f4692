import { type ServiceName, serviceTitles } from './service-names.ts'
import type { ListenerRow } from './service-messages.ts'

/** The listeners of all services as the table shown at start, one line per port and service. */
export function listenerTable(
  listeners: readonly (ListenerRow & { readonly service: ServiceName })[],
): string {
  const head = ['Port', 'Address', 'TLS', 'Service', 'Receive connectors']
  const rows = grouped(listeners).map(({ row, addresses }) => [
    String(row.port),
    addresses.join(', '),
    row.tls,
    serviceTitles[row.service],
    row.connectors.join(', '),
  ])
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...rows].map((cells) => `${line(cells)}\n`).join('')
}

type ServiceListener = ListenerRow & { readonly service: ServiceName }

/** Joins the IPv4 and IPv6 listeners of the same connectors. */
function grouped(listeners: readonly ServiceListener[]) {
  const groups = new Map<string, { row: ServiceListener; addresses: string[] }>()
  for (const row of listeners) {
    const key = JSON.stringify([row.port, row.service, row.tls, row.connectors])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { row, addresses: [row.address] })
    else group.addresses.push(row.address)
  }
  return [...groups.values()].sort((a, b) => a.row.port - b.row.port)
}
