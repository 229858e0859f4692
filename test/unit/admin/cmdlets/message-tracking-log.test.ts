import { expect, test } from 'vitest'
import { trackingLogCmdlets } from '../../../../src/admin/cmdlets/message-tracking-log.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../src/admin/shell/shell.ts'
import type { TrackingFilter } from '../../../../src/logs/tracking-filter.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { RecordingHost } from '../../../support/recording-host.ts'
import { trackingEvent } from '../../../support/tracking-event.ts'

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

async function run(line: string) {
  const queries: TrackingFilter[] = []
  const logs = {
    serverName: () => Promise.resolve('EDGE01'),
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *search({ signal, ...filter }: TrackingFilter & { readonly signal: AbortSignal }) {
      expect(signal.aborted).toBe(false)
      queries.push(filter)
      yield* events
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
  ['Get-MessageTrackingLog -ResultSize 1 | Out-Null', '', '', 'WARNING: There are more results'],
])('%s', async (line, out, error, notice) => {
  const result = await run(line)
  expect(result.out).toBe(out)
  expect(result.errors).toContain(error)
  expect(result.notices).toContain(notice)
})
