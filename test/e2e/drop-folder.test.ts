import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { trustingEdge } from '../support/trusting-edge.ts'
import { until } from '../support/until.ts'

const address = '127.0.164.1'
const port = 10025

/** An Edge with these Foreign connectors and no other way out. */
function config(connectors: readonly object[], service: object = {}): string {
  const edge: unknown = parse(
    trustingEdge({
      address,
      port,
      sendConnectors: [],
      transportService: {
        QueueGlitchRetryInterval: '00:00:01',
        QueueGlitchRetryCount: 15,
        ...service,
      },
    }),
  )
  return stringify({ ...(edge as object), ForeignConnectors: connectors })
}

async function send(to: readonly string[], subject: string): Promise<readonly string[]> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  return await submit(peer, { from: 'ana@home.example', to, content: plainMessage(subject) })
}

const filesIn = async (folder: string) =>
  (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'))

/** What a line of the management shell prints. */
async function shell(relay: RelayProcess, line: string): Promise<string> {
  const places = ['-Config', configOf(relay), '-Data', relay.dataFolder]
  const { stdout, stderr } = await runEdge(['shell', '-NoColor', ...places, '-Command', line])
  expect(stderr).toBe('')
  return stdout.trim()
}

const configOf = (relay: RelayProcess) => join(relay.folder, 'server.yaml')

test('a message for a Foreign connector becomes a file in its Drop folder, and its way is told', async () => {
  await using relay = await RelayProcess.start({
    config: config([
      { Name: 'Fax', AddressSpaces: ['FAX:*;1'] },
      { Name: 'Archive', AddressSpaces: 'archive.example' },
    ]),
    services: ['Transport'],
  })
  const fax = join(relay.dataFolder, 'drop', 'Fax')
  const to = ['IMCEAFAX-+2B4930@home.example', 'a@archive.example', 'b@archive.example']
  expect((await send(to, 'for machines')).at(-1)).toMatch(/^250 2\.6\.0 /)
  const archive = join(relay.dataFolder, 'drop', 'Archive')
  await until(async () => (await filesIn(fax)).length + (await filesIn(archive)).length === 2)
  const [file = ''] = await filesIn(archive)
  const text = await readFile(join(archive, file), 'utf8')
  const [head = '', body] = text.split('\r\n\r\n')
  const lines = head.split('\r\n')
  expect(lines.slice(0, 4)).toEqual([
    'X-Sender: <ana@home.example> BODY=7BIT',
    'X-Receiver: <a@archive.example>',
    'X-Receiver: <b@archive.example>',
    'X-CreatedBy: MSExchange15',
  ])
  const end = lines.findIndex((line) => line.startsWith('X-EndOfInjectedXHeaders: '))
  const injected = lines.slice(0, end).join('\r\n').length + 2
  expect(lines[end]).toBe(`X-EndOfInjectedXHeaders: ${injected}`)
  expect(lines).toContain('Subject: for machines')
  expect(body).toBe('the body of for machines\r\n')

  await until(async () => (await shell(relay, 'Get-Message')) === '')
  const tracked = await shell(
    relay,
    'Get-MessageTrackingLog -EventId SEND | Sort-Object ConnectorId | ForEach-Object { "$($_.Source) $($_.ConnectorId) $($_.Recipients)" }',
  )
  expect(tracked.split('\n')).toEqual([
    'GATEWAY Archive a@archive.example b@archive.example',
    'GATEWAY Fax IMCEAFAX-+2B4930@home.example',
  ])
  const route = await runEdge(['explain-route', to[0] ?? '', '--config', configOf(relay)])
  expect(route.stdout).toContain('Winner           Fax, a Drop folder for FAX')
  expect(route.stdout).toContain('Next place       the Drop folder drop/Fax')
})

test('mail waits for a folder that is not there, with the reason, and goes at a retry when somebody made it', async () => {
  const root = join('/tmp', `edge-drop-${process.pid}`)
  await using relay = await RelayProcess.start({
    config: config([{ Name: 'Out', AddressSpaces: '*' }], {
      RootDropDirectoryPath: root,
      QueueGlitchRetryInterval: '00:10:00',
    }),
    services: ['Transport'],
  })
  await send(['x@elsewhere.example'], 'patience')
  const line =
    'Get-Queue | Where-Object {$_.MessageCount -gt 0} | ForEach-Object { $_.DeliveryType, $_.Status, $_.NextHopDomain, $_.LastError }'
  await until(async () => (await shell(relay, line)).includes('does not exist'))
  expect((await shell(relay, line)).split('\n')).toEqual([
    'NonSmtpGatewayDelivery',
    'Retry',
    '*',
    `451 4.4.0 The Drop folder ${root}/Out does not exist (ENOENT)`,
  ])
  await mkdir(join(root, 'Out'), { recursive: true })
  await shell(
    relay,
    'Get-Queue | Where-Object {$_.MessageCount -gt 0} | Retry-Queue -Confirm:$false',
  )
  await until(async () => (await filesIn(join(root, 'Out'))).length === 1)
  await rm(root, { recursive: true })
})

test('a cmdlet makes the connector on the running server, and a full folder holds mail back', async () => {
  await using relay = await RelayProcess.start({ config: config([]), services: ['Transport'] })
  await send(['x@elsewhere.example'], 'unreachable first')
  await shell(
    relay,
    'New-ForeignConnector Out -AddressSpaces elsewhere.example; Set-ForeignConnector Out -DropDirectoryQuota 4KB',
  )
  const folder = join(relay.dataFolder, 'drop', 'Out')
  await until(async () => (await filesIn(folder)).length === 1)
  await writeFile(join(folder, 'large'), Buffer.alloc(4096))
  await send(['x@elsewhere.example'], 'held back')
  const error = 'Get-Message | ForEach-Object { $_.LastError }'
  await until(async () => (await shell(relay, error)).includes('DropDirectoryQuota'))
  await rm(join(folder, 'large'))
  await until(async () => (await filesIn(folder)).length === 2)
})

test('nothing is lost or doubled when the service is killed while it writes files', async () => {
  const root = join('/tmp', `edge-drop-killed-${process.pid}`)
  await using relay = await RelayProcess.start({
    config: config([{ Name: 'Out', AddressSpaces: '*' }], { RootDropDirectoryPath: root }),
    services: ['Transport'],
  })
  const subjects = Array.from({ length: 60 }, (_, at) => `number ${at}`)
  for (const subject of subjects) await send(['x@elsewhere.example'], subject)
  const folder = join(root, 'Out')
  await mkdir(folder, { recursive: true })
  await until(async () => (await filesIn(folder)).length > 10, 1)
  process.kill(relay.servicePid('Transport'), 'SIGKILL')
  await until(async () => (await filesIn(folder)).length >= subjects.length)
  await until(async () => (await shell(relay, 'Get-Message')) === '', 200)
  const files = await filesIn(folder)
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  expect(texts.map((text) => /^the body of (.*)\r$/m.exec(text)?.[1]).sort()).toEqual(
    subjects.toSorted(),
  )
  await rm(root, { recursive: true })
})
