import { plainAddress } from '../base/ip-range.ts'
import { productVersion } from '../base/version.ts'
import type { Milliseconds } from '../base/time-span.ts'
import { addressLiteral } from './address-literal.ts'
import type { HeaderBlock } from './header-block.ts'
import { foldText } from './header-text.ts'
import { formatMailDate } from './mail-date.ts'
import type { MessageFile, TlsFacts } from './message-sink.ts'

/** One hop of a message. */
export interface Hop {
  /** What the client called itself; anything. */
  readonly helloName: string
  readonly clientAddress: string
  /** Name of the server that took the message. */
  readonly fqdn: string
  readonly localAddress: string
  readonly tls?: TlsFacts
  /** The hop from a client to the Front End Transport service. */
  readonly viaFrontend?: boolean
  readonly time: Milliseconds
}

const version = productVersion.split('.').map(Number).join('.')
const longestName = 255

/**
 * The trace field of a hop in Exchange's form, folded, with its CRLF (RFC 5321 4.4):
 * `Received: from helo (ip) by fqdn (ip) with Microsoft SMTP Server (version=…, cipher=…) id …; date`.
 */
export function receivedLine(hop: Hop): string {
  const { tls } = hop
  const from = `from ${hopEnd(hop.helloName, hop.clientAddress)}`
  const by = `by ${hopEnd(hop.fqdn, hop.localAddress)}`
  const layer =
    tls === undefined ? '' : ` (version=${word(tls.version)}, cipher=${word(tls.cipher)})`
  const via = hop.viaFrontend === true ? ' via Frontend Transport' : ''
  const value = `${from} ${by} with Microsoft SMTP Server${layer} id ${version}${via};`
  return `Received: ${foldText(value, 'Received: '.length)}\r\n ${formatMailDate(hop.time)}\r\n`
}

/** The trace field of a message that was taken from a folder: `from localhost by Pickup with … id …; date`. */
export function folderReceivedLine(
  { folder }: Pick<MessageFile, 'folder'>,
  fqdn: string,
  time: Milliseconds,
): string {
  const from = folder === 'Pickup' ? 'localhost' : word(fqdn)
  const value = `from ${from} by ${folder} with Microsoft SMTP Server id ${version};`
  return `Received: ${foldText(value, 'Received: '.length)}\r\n ${formatMailDate(time)}\r\n`
}

/** The trace fields of a header: all of them, and those written by a server with one of the names. */
export function countHops(
  header: HeaderBlock,
  ownNames: readonly string[],
): { readonly all: number; readonly local: number } {
  const own = new Set(ownNames.map((name) => name.toLowerCase()))
  let all = 0
  let local = 0
  for (const field of header.fields) {
    if (field.name !== 'received') continue
    all++
    const by = /(?:^|\s)by\s+([^\s();]+)/i.exec(header.valueOf(field))?.[1]
    if (by !== undefined && own.has(by.toLowerCase())) local++
  }
  return { all, local }
}

/** Name and address of one end; the address alone where it gave no name. */
function hopEnd(name: string, address: string): string {
  const shown = word(name.slice(0, longestName)) || addressLiteral(address)
  return `${shown} (${plainAddress(address)})`
}

function word(text: string): string {
  return text.replace(/[^A-Za-z0-9._:[\]-]/g, '?')
}
