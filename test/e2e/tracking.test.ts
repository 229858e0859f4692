import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { type TrackingLogQuery, readTrackingLog } from '../../src/logs/tracking-log-reader.ts'
import type { TrackingRecord } from '../../src/logs/tracking-log.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { trustingEdge } from '../support/trusting-edge.ts'

const address = '127.0.119.1'
const hosts = { peer: '127.0.119.2', home: '127.0.119.3' }
const port = 10025

let peerServer: LabMailServer
let home: LabMailServer
let relay: RelayProcess
beforeAll(async () => {
  peerServer = await startLabMailServer({ hostname: 'peer.example', address: hosts.peer })
  home = await startLabMailServer({ hostname: 'home.example', address: hosts.home })
  const config = trustingEdge({
    ...{ address, port },
    sendConnectors: [
      smartHostConnector('To Home', 'home.example', home),
      smartHostConnector('To Peer', '*', peerServer),
    ],
  })
  relay = await RelayProcess.start({ config, services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await peerServer.close()
  await home.close()
})

async function send(subject: string, ...to: readonly string[]): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const message = { from: 'ana@home.example', to, content: plainMessage(subject) }
  const replies = await submit(peer, message)
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
  return `<${subject.replaceAll(' ', '.')}@sender.example>`
}

/** What the log says, once it says so much. */
async function tracked(
  query: Omit<TrackingLogQuery, 'folder'>,
  count: number,
): Promise<readonly TrackingRecord[]> {
  const folder = join(relay.dataFolder, 'logs', 'MessageTracking')
  const read = () => Array.fromAsync(readTrackingLog({ folder, ...query }))
  await expect.poll(async () => (await read()).length, { timeout: 20_000 }).toBe(count)
  return read()
}

const what = ({ source, eventId, recipients }: TrackingRecord) =>
  `${source} ${eventId} ${recipients.join(' ')}`

test('a delivered message is followed from RECEIVE to SEND', async () => {
  const messageId = await send('all is well', 'bob@x.example')
  const [received, sent] = await tracked({ messageId }, 2)
  expect(received).toMatchObject({
    clientHostname: 'client.example',
    serverIp: address,
    serverHostname: 'EDGE01',
    sourceContext: expect.stringMatching(/^[0-9A-F]{16};20\d\d-[-\d]+T[\d:.]+Z;0$/) as unknown,
    connectorId: 'EDGE01\\Trusted',
    source: 'SMTP',
    eventId: 'RECEIVE',
    recipients: ['bob@x.example'],
    messageSubject: 'all is well',
    sender: 'ana@home.example',
    returnPath: 'ana@home.example',
    directionality: 'Originating',
    originalServerIp: address,
  })
  expect(sent).toMatchObject({
    serverIp: hosts.peer,
    clientHostname: 'EDGE01',
    sourceContext: expect.stringMatching(/^[0-9A-F]{16};250 /) as unknown,
    connectorId: 'To Peer',
    source: 'SMTP',
    eventId: 'SEND',
    recipients: ['bob@x.example'],
    recipientStatuses: [expect.stringMatching(/^250 /)],
    directionality: 'Originating',
  })
  expect(received?.networkMessageId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(sent?.networkMessageId).toBe(received?.networkMessageId)
  expect(sent?.internalMessageId).toBe(received?.internalMessageId)
  const byNetworkId = { networkMessageId: received?.networkMessageId ?? '' }
  expect((await tracked(byNetworkId, 2)).map(what)).toEqual([
    'SMTP RECEIVE bob@x.example',
    'SMTP SEND bob@x.example',
  ])
})

test('a refused one is followed to its notification, and that to the sender', async () => {
  const messageId = await send('no such user', 'permfail@x.example')
  const records = await tracked({ messageId }, 2)
  expect(records.map(what)).toEqual([
    'SMTP RECEIVE permfail@x.example',
    'SMTP FAIL permfail@x.example',
  ])
  expect(records[1]).toMatchObject({
    serverIp: hosts.peer,
    recipientStatuses: [expect.stringMatching(/^5\d\d /)],
  })
  const [notice] = await tracked({ reference: messageId }, 1)
  expect(notice).toMatchObject({
    source: 'DSN',
    eventId: 'DSN',
    recipients: ['ana@home.example'],
    returnPath: '<>',
    directionality: 'Originating',
  })
  const way = await tracked({ messageId: notice?.messageId ?? '' }, 2)
  expect(way.map(what)).toEqual(['DSN DSN ana@home.example', 'SMTP SEND ana@home.example'])
})

test('one put off for a recipient is split by route, sent, and deferred', async () => {
  const messageId = await send(
    'to three',
    'tempfail@x.example',
    'bob@x.example',
    'eve@home.example',
  )
  const records = await tracked({ messageId }, 5)
  expect(records.map(what).toSorted()).toEqual([
    'ROUTING TRANSFER eve@home.example',
    'SMTP DEFER tempfail@x.example',
    'SMTP RECEIVE tempfail@x.example bob@x.example eve@home.example',
    'SMTP SEND bob@x.example',
    'SMTP SEND eve@home.example',
  ])
  const [deferred] = await tracked({ messageId, eventId: 'defer' }, 1)
  expect(deferred?.recipientStatuses).toEqual([expect.stringMatching(/^4\d\d /)])
})
