import { padded, textWidth, wrapped } from '../admin/format/text-width.ts'
import type { ListenerRow } from './workers/service-messages.ts'
import { type ServiceName, serviceTitles } from './workers/service-names.ts'

const indent = 2
const gap = 2
/** A name of a connector goes on a new line rather than in fewer columns. */
const narrowestNames = 16

/**
 * The listeners of all services as the table shown at start, one row per port and service, in `width`
 * columns: the names of connectors, which stand last, take several lines where they must.
 */
export function listenerTable(
  listeners: readonly (ListenerRow & { readonly service: ServiceName })[],
  width: number,
): string {
  const head = ['Port', 'Address', 'TLS', 'Service', 'Receive connectors']
  const rows = grouped(listeners).map(({ row, addresses }) => [
    String(row.port),
    addresses.join(', '),
    row.tls,
    serviceTitles[row.service],
    row.connectors.join(', '),
  ])
  const widest = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => textWidth(row[column] ?? ''))),
  )
  const before = widest.slice(0, -1).reduce((sum, each) => sum + each + gap, 0)
  const lastColumn = widest.at(-1) ?? 0
  // The indent is the first to give way.
  const left = before + lastColumn + indent <= width ? indent : 0
  const names = Math.min(lastColumn, Math.max(narrowestNames, width - left - before))
  const line = (cells: readonly string[]) => {
    const last = wrapped(cells.at(-1) ?? '', names)
    return last
      .map((part, at) => {
        const others = cells.slice(0, -1).map((cell, column) => {
          const shown = at === 0 ? cell : ''
          return padded(shown, (widest[column] ?? 0) + gap)
        })
        return `${' '.repeat(left)}${others.join('')}${part}`.trimEnd()
      })
      .join('\n')
  }
  const rule = widest.map((each, column) => '-'.repeat(column === head.length - 1 ? names : each))
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
