import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { parseReport } from '../support/delivery-report.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { trustingEdge } from '../support/trusting-edge.ts'

const address = '127.0.107.1'
const port = 10025
const hosts = { peer: '127.0.107.2', home: '127.0.107.3', dead: '127.0.107.4' }

let peerServer: LabMailServer
let home: LabMailServer
beforeAll(async () => {
  peerServer = await startLabMailServer({ hostname: 'peer.example', address: hosts.peer })
})
afterAll(() => peerServer.close())
/** Fresh for each test: the notifications it got are all of that test. */
beforeEach(async () => {
  home = await startLabMailServer({ hostname: 'home.example', address: hosts.home })
  return () => home.close()
})

type Settings = Readonly<Record<string, unknown>>

function start(transportService: Settings = {}): Promise<RelayProcess> {
  const config = trustingEdge({
    ...{ address, port },
    sendConnectors: [
      smartHostConnector('To Home', 'home.example', home),
      smartHostConnector('To Peer', '*', peerServer),
      smartHostConnector('To Nobody', 'dead.example', { address: hosts.dead, port }),
    ],
    transportService: {
      MessageRetryInterval: '00:00:01',
      QueueGlitchRetryInterval: '00:00:01',
      QueueGlitchRetryCount: 15,
      ...transportService,
    },
  })
  return RelayProcess.start({ config, services: ['Transport'] })
}

async function send(from: string, ...to: readonly string[]): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const replies = await submit(peer, { from, to, content: plainMessage('the original') })
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
}

const shown = async (relay: RelayProcess, command: string) =>
  (await runEdge([command, '--data', relay.dataFolder])).stdout

/** What a line of the management shell prints. */
const shell = async (relay: RelayProcess, line: string) =>
  (await runEdge(['shell', '-NoColor', '-Data', relay.dataFolder, '-Command', line])).stdout

/** The notifications at the sender's server, when there are `count`. */
async function notifications(count: number) {
  await home.received(count, AbortSignal.timeout(20_000))
  return home.messages.map((message) => {
    expect(message).toMatchObject({ sender: '', recipients: [{ address: 'ana@home.example' }] })
    return parseReport(message.content ?? Buffer.alloc(0))
  })
}

const original = expect.stringContaining(plainMessage('the original')) as unknown

test('each recipient comes to one outcome: delivered, waiting, or told to the sender', async () => {
  await using relay = await start()
  const before = peerServer.messageCount
  await send('ana@home.example', 'tempfail@x.example', 'permfail@x.example', 'bob@x.example')
  await peerServer.received(before + 1, AbortSignal.timeout(10_000))
  expect(peerServer.messages.at(-1)?.recipients).toMatchObject([{ address: 'bob@x.example' }])

  const [report, ...others] = await notifications(1)
  expect(others).toEqual([])
  expect(report?.header).toMatchObject({
    from: expect.stringMatching(/^<postmaster@/i) as unknown,
    to: '<ana@home.example>',
    subject: 'Undeliverable: the original',
    'in-reply-to': '<the.original@sender.example>',
    'auto-submitted': 'auto-replied',
  })
  expect(report?.text).toContain("The e-mail address you entered couldn't be found.")
  expect(report?.text).toContain('Generating server: edge01.relay.example')
  expect(report?.message).toMatchObject({
    'reporting-mta': 'dns;edge01.relay.example',
    'received-from-mta': 'dns;client.example (127.0.0.1)',
    'arrival-date': expect.stringMatching(/^\w{3}, \d{1,2} \w{3} \d{4} /) as unknown,
  })
  expect(report?.recipients).toEqual([
    {
      'final-recipient': 'rfc822;permfail@x.example',
      action: 'failed',
      status: '5.1.1',
      'remote-mta': `dns;${hosts.peer}`,
      'diagnostic-code': 'smtp;550 5.1.1 User unknown',
      'x-display-name': 'permfail@x.example',
    },
  ])
  expect(report?.returned).toEqual({ type: 'message/rfc822', content: original })

  const line = `Get-Message | ForEach-Object { $_.FromAddress, $_.Status, $_.Subject, $_.LastError }`
  expect((await shell(relay, line)).trimEnd().split('\n')).toEqual([
    'ana@home.example',
    'Retry',
    'the original',
    '451 4.3.0 Mailbox temporarily unavailable',
  ])
  expect(peerServer.messageCount).toBe(before + 1)
})

test('a message that cannot be delivered in time is told once to be delayed, then to be expired', async () => {
  await using relay = await start({
    DelayNotificationTimeout: '00:00:01',
    MessageExpirationTimeout: '00:00:06',
  })
  await send('ana@home.example', 'bob@dead.example')
  const [delayed, expired] = await notifications(2)
  expect(delayed?.header).toMatchObject({ subject: 'Delivery delayed: the original' })
  expect(delayed?.recipients).toEqual([
    expect.objectContaining({
      'final-recipient': 'rfc822;bob@dead.example',
      action: 'delayed',
      status: expect.stringMatching(/^4\.\d+\.\d+$/) as unknown,
      'remote-mta': `dns;${hosts.dead}`,
      'diagnostic-code': expect.stringMatching(/^smtp;441 4\.4\.1 .*ECONNREFUSED/) as unknown,
      'last-attempt-date': expect.stringMatching(/^\w{3}, /) as unknown,
      'will-retry-until': expect.stringMatching(/^\w{3}, \d{1,2} \w{3} \d{4} /) as unknown,
    }),
  ])
  expect(delayed?.returned?.type).toBe('text/rfc822-headers')
  expect(expired?.header).toMatchObject({ subject: 'Undeliverable: the original' })
  expect(expired?.recipients).toMatchObject([
    {
      'final-recipient': 'rfc822;bob@dead.example',
      action: 'failed',
      status: '4.4.7',
      'remote-mta': `dns;${hosts.dead}`,
      'diagnostic-code': expect.stringMatching(
        /^smtp;550 4\.4\.7 QUEUE\.Expired; message expired -> 441 4\.4\.1 .*ECONNREFUSED/,
      ) as unknown,
    },
  ])
  const unfolded = expired?.text.replaceAll('\r\n', ' ')
  expect(unfolded).toMatch(
    / - Server at \S+ returned '550 4\.4\.7 QUEUE\.Expired; message expired' /,
  )
  expect(unfolded).toMatch(/ - Remote Server at \S+ returned '441 4\.4\.1 /)
  expect(await shown(relay, 'Get-Message')).not.toContain('the original')
})

test('the null sender gets no notification', async () => {
  await using relay = await start({ MessageExpirationTimeout: '00:00:05' })
  await send('', 'permfail@x.example', 'bob@dead.example')
  await expect
    .poll(() => shown(relay, 'Get-Message'), { timeout: 15_000, interval: 200 })
    .not.toContain('the original')
  await send('ana@home.example', 'ana@home.example')
  await home.received(1, AbortSignal.timeout(10_000))
  expect(home.messages).toMatchObject([{ sender: 'ana@home.example' }])
  expect(await shown(relay, 'Get-Queue')).not.toMatch(
    / (?:Active|Connecting|Ready|Retry) +[1-9]\d* .*\.example/,
  )
})
