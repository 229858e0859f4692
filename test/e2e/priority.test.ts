import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { submit } from '../support/submit.ts'
import { trustingEdge } from '../support/trusting-edge.ts'

const address = '127.0.179.1'
const port = 10025

let inside: LabMailServer
beforeAll(async () => {
  inside = await startLabMailServer({ hostname: 'inside.example', address: '127.0.179.2' })
})
afterAll(() => inside.close())

const config = (PriorityQueuingEnabled: boolean) =>
  trustingEdge({
    address,
    port,
    sendConnectors: [smartHostConnector('To Inside', '*', inside)],
    transportService: { PriorityQueuingEnabled, MaxPerDomainOutboundConnections: 1 },
  })

/** Hands a message in for each of these fields, in their order; the subjects are their numbers. */
async function send(fields: readonly string[]): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  for (const [at, field] of fields.entries()) {
    const content = `Subject: ${at}\r\n${field}\r\nMessage-ID: <${at}@s.example>\r\n\r\nhello\r\n`
    const message = { from: 'ana@home.example', to: ['bob@far.example'], content }
    expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
  }
}

async function shell(relay: RelayProcess, command: string): Promise<string> {
  const args = ['shell', '--data', relay.dataFolder, '-Command', command]
  const { stdout, stderr } = await runEdge(args)
  return stdout + stderr
}

const fields = ['X-Priority: 5', 'X-Priority: 3', 'Importance: normal', 'Importance: high']

test.each([
  ['by their priorities', true, '3 1 2 0', 'High Low Normal Normal'],
  ['as they came', false, '0 1 2 3', 'Normal Normal Normal Normal'],
])('messages that waited leave %s', async (_, isEnabled, order, shown) => {
  await using relay = await RelayProcess.start({
    config: config(isEnabled),
    services: ['Transport'],
  })
  const before = inside.messageCount
  // The queue is there, and suspended, before the others come.
  await send(['X-First: yes'])
  await inside.received(before + 1, AbortSignal.timeout(10_000))
  await shell(
    relay,
    'Get-Queue | ? NextHopConnector -eq "To Inside" | Suspend-Queue -Confirm:$false',
  )
  await send(fields)
  const list = await shell(relay, 'Get-Message | Sort-Object Priority | % { "$($_.Priority)" }')
  expect(list.trim().split('\n').join(' ')).toBe(shown)
  await shell(
    relay,
    'Get-Queue | ? NextHopConnector -eq "To Inside" | Resume-Queue -Confirm:$false',
  )
  await inside.received(before + 1 + fields.length, AbortSignal.timeout(10_000))
  const subjects = inside.messages.slice(before + 1).map(({ content }) => {
    return /^Subject: (\d)/m.exec(String(content))?.[1]
  })
  expect(subjects.join(' ')).toBe(order)
})
