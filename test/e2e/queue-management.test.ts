import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { workersConfig } from '../support/workers-config.ts'

const address = '127.0.122.1'
const port = 10_025
const smartHost = { address: '127.0.122.2', port: 10_025 }
const config = workersConfig({
  ...{ address, port, smartHost },
  transportService: { Workers: 2, QueueGlitchRetryInterval: '00:10:00' },
})
const patience = { timeout: 15_000, interval: 200 }

let relay: RelayProcess
async function start(folder?: string): Promise<void> {
  const again = folder === undefined ? {} : { folder }
  relay = await RelayProcess.start({ config, services: ['Transport'], ...again })
  await relay.workersListen('Transport', [1, 2])
}
beforeAll(() => start())
afterAll(() => relay[Symbol.asyncDispose]())

/** Runs a line in the management shell. */
async function shell(line: string): Promise<string> {
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const { code, stdout, stderr } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stderr, line).toBe('')
  expect(code, line).toBe(0)
  return stdout
}

const lines = (text: string) => text.split('\n').filter(Boolean)

async function send(from: string, subject: string): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const content = plainMessage(subject)
  const replies = await submit(peer, { from, to: ['bob@stuck.example'], content })
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
}

/** `subject status` of the messages that wait for the dead next hop. */
async function waiting(): Promise<string[]> {
  const line = `Get-Message -Queue (Get-Queue -Include SmartHostConnectorDelivery).Identity | ForEach-Object { $_.Subject + ' ' + $_.Status }`
  return lines(await shell(line)).toSorted()
}

test('a stuck queue is looked at, sorted out, and delivered, over restarts', async () => {
  for (const subject of ['one', 'two', 'three']) await send('ana@contoso.example', subject)
  for (const subject of ['junk', 'worse']) await send('eve@fabrikam.example', subject)
  await expect
    .poll(() => shell('Get-Queue -Filter {Status -eq "Retry"} | % MessageCount'), patience)
    .toBe('5\n')
  const list = await shell('Get-Queue -Filter {Status -eq "Retry"} | Format-List')
  expect(list).toMatch(/^LastError +: 4\d\d 4\.4\.1 /m)
  expect(list).toMatch(/^RetryCount +: 1$/m)
  expect(list).toMatch(/^NextRetryTime +: \d+\/\d+\/\d{4} /m)

  const eves = '-Filter {FromAddress -like "*@FABRIKAM.example"}'
  expect(lines(await shell(`Get-Message ${eves} | % Subject`)).toSorted()).toEqual([
    'junk',
    'worse',
  ])
  await shell(
    'Suspend-Message -Filter {Subject -eq "one"}; Suspend-Message -Filter {Subject -eq "junk"}',
  )
  const found = ['junk Suspended', 'one Suspended', 'three Retry', 'two Retry', 'worse Retry']
  expect(await waiting()).toEqual(found)

  const file = join(relay.folder, 'junk.eml')
  await shell(
    `Get-Message -Filter {Subject -eq 'junk'} | Export-Message | Assemble-Message -Path '${file}'`,
  )
  const exported = await readFile(file, 'utf8')
  expect(exported).toMatch(/^X-Sender: <eve@fabrikam\.example> [^]*\r\nReceived: /)
  expect(exported).toContain('\r\nSubject: junk\r\n')

  await shell('Suspend-Queue -Filter {NextHopDomain -like "*127.0.122.2*"}')
  expect(await relay.stop()).toBe(0)
  await start(relay.folder)
  expect(await shell('Get-Queue -Include SmartHostConnectorDelivery | % Status')).toBe(
    'Suspended\n',
  )
  // What is known of the next hop outlives the restart.
  expect(await waiting()).toEqual(found)

  await shell('Remove-Message -Filter {Subject -eq "junk"} -WithNDR $false -Confirm:$false')
  await shell('Remove-Message -Filter {Subject -eq "worse"} -Confirm:$false')
  expect(await waiting()).toEqual([
    'Undeliverable: worse Retry',
    'one Suspended',
    'three Retry',
    'two Retry',
  ])

  await using host = await startLabMailServer({ hostname: 'stuck.example', ...smartHost })
  await shell('Get-Queue -Filter {Status -eq "Suspended"} | Resume-Queue')
  await shell('Retry-Queue -Filter {Status -eq "Retry"}')
  await host.received(3, AbortSignal.timeout(15_000))
  const report = host.messages.find(({ sender }) => sender === '')
  expect(report?.content?.toString()).toContain(
    '550 4.3.2 QUEUE.Admin; message deleted by administrative action',
  )
  expect(await waiting()).toEqual(['one Suspended'])
  await shell('Resume-Message -Filter {Status -eq "Suspended"}')
  await host.received(4, AbortSignal.timeout(15_000))
  await expect.poll(waiting, patience).toEqual([])
}, 120_000)

test('what is redirected waits for its target over a crash and a change of the configuration, and is resubmitted', async () => {
  for (const subject of ['four', 'five', 'six']) await send('ana@contoso.example', subject)
  const stuck = () => shell('Get-Queue -Filter {Status -eq "Retry"} | % MessageCount')
  await expect.poll(stuck, patience).toBe('3\n')
  await shell('Suspend-Message -Filter {Subject -eq "six"}')
  await shell(
    'Redirect-Message -Server (Get-ExchangeServer).Name -Target 127.0.122.3 -Confirm:$false',
  )
  const rows = `ForEach-Object { $_.NextHopDomain + ' ' + $_.DeliveryType + ' ' + $_.MessageCount }`
  const redirected = async () =>
    lines(
      await shell(`Get-Queue -Include External,SmtpRelayToServers -Exclude Empty | ${rows}`),
    ).toSorted()
  const expected = [
    '[127.0.122.2] SmartHostConnectorDelivery 1',
    '[127.0.122.3] SmtpRelayToServers 2',
  ]
  await expect.poll(redirected, patience).toEqual(expected)
  const tracked = await shell(
    'Get-MessageTrackingLog -EventId REDIRECT | ForEach-Object { $_.MessageSubject + " " + $_.ConnectorId }',
  )
  const connector = 'Intra-Organization SMTP Send Connector'
  expect(lines(tracked).toSorted()).toEqual([`five ${connector}`, `four ${connector}`])

  const seen = relay.lineCount
  for (const worker of [1, 2]) process.kill(relay.workerPid('Transport', worker), 'SIGKILL')
  await relay.workersListen('Transport', [1, 2], seen)
  expect(await redirected()).toEqual(expected)
  await shell('Set-SendConnector "To All" -Comment "changed"')
  expect(await redirected()).toEqual(expected)

  await using host = await startLabMailServer({ hostname: 'stuck.example', ...smartHost })
  await expect
    .poll(() => shell('Get-Queue -Include SmtpRelayToServers | % Status'), patience)
    .toBe('Retry\n')
  await shell('Get-Queue -Include SmtpRelayToServers | Retry-Queue -Resubmit $true')
  // They join a queue that went on waiting for its next hop over the crash.
  await shell('Retry-Queue -Filter {NextHopDomain -like "*127.0.122.2*"}')
  await host.received(2, AbortSignal.timeout(15_000))
  await shell('Resume-Message -Filter {Status -eq "Suspended"}')
  await shell('Retry-Queue -Filter {Status -eq "Retry"}')
  await host.received(3, AbortSignal.timeout(15_000))
}, 120_000)
