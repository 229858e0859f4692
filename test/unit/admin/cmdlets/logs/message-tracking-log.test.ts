import { expect, test } from 'vitest'
import {
  type TrackingLogs,
  trackingLogCmdlets,
} from '../../../../../src/admin/cmdlets/logs/message-tracking-log.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import type { TrackingFilter } from '../../../../../src/logs/tracking-filter.ts'
import type { TrackingRecord } from '../../../../../src/logs/tracking-log.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'
import { trackingEvent } from '../../../../support/tracking-event.ts'

const events = [
  trackingEvent(),
  trackingEvent({
    timestamp: Date.UTC(2026, 10, 21, 6, 0, 3),
    eventId: 'SEND',
    connectorId: 'To Internal',
    recipientStatuses: ['250 2.1.5 Recipient OK'],
    messageInfo: '2026-11-21T06:00:01.000Z',
  }),
]

async function run(line: string, found: readonly TrackingRecord[] = events) {
  const queries: TrackingFilter[] = []
  const logs = {
    server: () => Promise.resolve({ Name: 'EDGE01', Fqdn: 'mail.x.test', Role: 'Edge' } as const),
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *search({ signal, follow, ...filter }: Parameters<TrackingLogs['search']>[0]) {
      expect(signal.aborted).toBe(false)
      expect(follow).toBe(line.includes('-Follow'))
      queries.push(filter)
      yield* found
    },
  }
  const host = new RecordingHost()
  const cmdlets = [...builtInCmdlets(), ...trackingLogCmdlets(logs)]
  const shell = new Shell({ cmdlets, clock: new FakeClock('2026-11-21T07:00:00Z') })
  await shell.runLine(line, { host })
  return { out: host.out, errors: host.errors, notices: host.notices, queries }
}

test("shows Exchange's columns", async () => {
  expect((await run('Get-MessageTrackingLog')).out).toBe(`
EventId Source Sender     Recipients         MessageSubject
------- ------ ------     ----------         --------------
RECEIVE SMTP   bob@x.test {ann@contoso.test} Hello
SEND    SMTP   bob@x.test {ann@contoso.test} Hello

`)
})

test('tells how long a message was here', async () => {
  const { out } = await run(
    'Get-MessageTrackingLog | ForEach-Object {"$($_.MessageLatencyType) $($_.MessageLatency)"}',
  )
  expect(out).toBe('None \nEndToEnd 00:00:02\n')
})

test.each([
  ['', ''],
  [
    'S:ProxiedClientIPAddress=192.0.2.7;S:Host=a.test',
    '{[ProxiedClientIPAddress, 192.0.2.7], [Host, a.test]}',
  ],
  ['S:Flag;S:Rule=a=b', '{[Flag, ], [Rule, a=b]}'],
])('custom data "%s" is shown as .NET shows pairs', async (customData, shown) => {
  const { out } = await run('Get-MessageTrackingLog | Format-List EventData', [
    trackingEvent({ customData }),
  ])
  expect(out.trim()).toBe(`EventData : ${shown}`.trim())
})

test('has the properties of Exchange in its order', async () => {
  const { out } = await run('Get-MessageTrackingLog -ResultSize 2 | select -First 1 | Format-List')
  expect([...out.matchAll(/^(\w+) +:/gm)].map(([, name]) => name)).toEqual([
    ...['Timestamp', 'ClientIp', 'ClientHostname', 'ServerIp', 'ServerHostname', 'SourceContext'],
    ...['ConnectorId', 'Source', 'EventId', 'InternalMessageId', 'MessageId', 'NetworkMessageId'],
    ...['Recipients', 'RecipientStatus', 'TotalBytes', 'RecipientCount'],
    ...['RelatedRecipientAddress', 'Reference', 'MessageSubject', 'Sender', 'ReturnPath'],
    ...['Directionality', 'TenantId', 'OriginalClientIp', 'MessageInfo', 'MessageLatency'],
    ...['MessageLatencyType', 'EventData', 'TransportTrafficType', 'SchemaVersion'],
  ])
})

test.each(["-Server 'mail.X.test'", '-Server EDGE01'])('takes %s', async (server) => {
  const { errors, queries } = await run(`Get-MessageTrackingLog ${server}`)
  expect(errors).toBe('')
  expect(queries).toHaveLength(1)
})

test('follows what is written from now on, with every filter but a time', async () => {
  const { out, queries } = await run('Get-MessageTrackingLog -Follow -EventId SEND | % EventId')
  expect(out).toBe('RECEIVE\nSEND\n')
  expect(queries).toEqual([{ eventId: 'SEND' }])
  const { errors } = await run('Get-MessageTrackingLog -Follow -End 06:00')
  expect(errors).toContain('-Follow and -End cannot be used together')
})

test('takes the server from a pipeline', async () => {
  const { errors, queries } = await run("'EDGE01' | Get-MessageTrackingLog -EventId SEND")
  expect(errors).toBe('')
  expect(queries).toEqual([{ eventId: 'SEND' }])
})

test('every filter reaches the reader', async () => {
  const { queries, errors } = await run(
    'Get-MessageTrackingLog -Start 2026-11-21T06:00:00Z -End 2026-11-21T07:00:00Z -EventId send -Source SMTP ' +
      "-Sender b@x.test -Recipients a@x.test,c@x.test -MessageSubject lo -MessageId '<1@x>' -InternalMessageId 7 " +
      '-NetworkMessageId g -Reference r -TransportTrafficType email -Server edge01',
  )
  expect(errors).toBe('')
  expect(queries).toEqual([
    {
      start: Date.UTC(2026, 10, 21, 6),
      end: Date.UTC(2026, 10, 21, 7),
      eventId: 'send',
      source: 'SMTP',
      sender: 'b@x.test',
      recipients: ['a@x.test', 'c@x.test'],
      messageSubject: 'lo',
      messageId: '<1@x>',
      internalMessageId: '7',
      networkMessageId: 'g',
      reference: 'r',
    },
  ])
})

test.each([
  ['Get-MessageTrackingLog -TransportTrafficType Other', '', '', ''],
  [
    'Get-MessageTrackingLog -Server EDGE02',
    '',
    "The server 'EDGE02' couldn't be found: these commands manage 'EDGE01' only.",
    '',
  ],
  ['Get-MessageTrackingLog -MessageSubject ""', '', 'An empty text is part of everything.', ''],
  ['Get-MessageTrackingLog -MessageSubject "$x"', '', "The variable '$x' cannot be", ''],
  ['Get-MessageTrackingLog -ResultSize 1 | Out-Null', '', '', 'WARNING: There are more results'],
])('%s', async (line, out, error, notice) => {
  const result = await run(line)
  expect(result.out).toBe(out)
  expect(result.errors).toContain(error)
  expect(result.notices).toContain(notice)
})
