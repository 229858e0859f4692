import { textWidth, wrapped } from '../admin/format/text-width.ts'
import type { LabPeers } from '../lab/lab-peers.ts'
import type { LabMessage } from '../lab/lab-message.ts'
import type { LabTries } from '../lab/lab-tries.ts'

/** What the lab shows at its start: who is where. */
export function peersText(peers: LabPeers, folder: string): string {
  const { dns, mx1, mx2, internal, partner } = peers
  const servers = [mx1, mx2, internal, partner].map(
    ({ hostname, address, port }) => [endpointText(address, port), hostname] as const,
  )
  const rows = [[endpointText(dns.address, dns.port), 'the DNS'] as const, ...servers]
  const lines = rows.map(([endpoint, what]) => `  ${endpoint.padEnd(18)} ${what}\n`)
  return `\nThe lab's hosts; they keep their messages in ${folder}:\n${lines.join('')}`
}

function endpointText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** What can be tried, in lines of `width` columns. */
export function triesText(groups: readonly LabTries[], width: number): string {
  const parts = groups.map(({ title, command, recipients }) => {
    const widest = Math.max(...recipients.map(({ recipient }) => textWidth(recipient))) + 2
    const rows = recipients.map(({ recipient, expect }) => {
      const [first = '', ...more] = wrapped(expect, Math.max(20, width - widest - 4))
      const rest = more.map((line) => `    ${' '.repeat(widest)}${line}\n`)
      return `    ${recipient.padEnd(widest)}${first}\n${rest.join('')}`
    })
    return `${title}:\n  ${shellLine(command, width)}\n${rows.join('')}`
  })
  return `To try in another terminal, each with any of the addresses below it:\n\n${parts.join('\n')}\n`
}

/** A command for the system's shell in lines that fit. */
function shellLine(command: string, width: number): string {
  const lines = ['']
  // An option stays with its value.
  for (const part of command.split(/ (?=-)/)) {
    const last = lines.at(-1) ?? ''
    // Two blanks before and a backslash behind.
    if (last !== '' && last.length + part.length + 5 > width) lines.push(part)
    else lines[lines.length - 1] = last === '' ? part : `${last} ${part}`
  }
  return lines.join(' \\\n    ')
}

/** The line for a message that arrived: when, where, from whom to whom, and about what. */
export function receivedText(
  { server, sender, recipients, subject, receivedAt }: LabMessage,
  width: number,
): string {
  const to = recipients.map(({ address }) => `<${address}>`).join(', ')
  const about = subject === '' ? '' : `: ${subject}`
  const time = new Date(receivedAt).toTimeString().slice(0, 8)
  const text = `${server} received <${sender}> to ${to}${about}`
  const [first = '', ...rest] = wrapped(text, Math.max(20, width - time.length - 1))
  const indent = ' '.repeat(time.length + 1)
  return [`${time} ${first}`, ...rest.map((line) => indent + line)]
    .map((line) => `${line}\n`)
    .join('')
}
