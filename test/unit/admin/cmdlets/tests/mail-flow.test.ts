import { expect, test } from 'vitest'
import {
  type MailFlow,
  type TestMail,
  mailFlowCmdlets,
} from '../../../../../src/admin/cmdlets/tests/mail-flow.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import { systemClock } from '../../../../../src/base/clock.ts'
import type { TrackingRecord } from '../../../../../src/logs/tracking-log.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'
import { trackingEvent } from '../../../../support/tracking-event.ts'

const queued = { accepted: true, reply: '250 2.6.0 Queued mail for delivery' }
const sent = trackingEvent({
  eventId: 'SEND',
  serverHostname: 'mail.contoso.test',
  connectorId: 'To Internal',
  recipientStatuses: ['250 2.1.5 Recipient OK'],
})

async function run(
  line: string,
  { message = queued, events }: { message?: typeof queued; events?: readonly TrackingRecord[] },
) {
  const senders: (string | undefined)[] = []
  const mails: TestMail[] = []
  const flow: MailFlow = {
    send(mail) {
      senders.push(mail.sender)
      mails.push(mail)
      return Promise.resolve({ messageId: '<1@x>', endPoint: '127.0.0.1:25', ...message })
    },
    events: () => Promise.resolve(events),
  }
  const facts = { name: 'EDGE01', fqdn: 'x', role: 'Edge', version: '15.02.0001.000' } as const
  const server = { facts: () => Promise.resolve(facts) }
  const host = new RecordingHost()
  const cmdlets = [...builtInCmdlets(), ...mailFlowCmdlets(flow, server)]
  const shell = new Shell({ cmdlets, clock: systemClock })
  const told = '| ForEach-Object {"$($_.TestMailflowResult) $($_.Outcome) $($_.Details)"}'
  await shell.runLine(`${line} ${told}`, { host })
  return { out: host.out.trimEnd(), errors: host.errors, notices: host.notices, senders, mails }
}

test('-Identity names this server only', async () => {
  const events = [trackingEvent(), sent]
  const { senders } = await run('Test-MailFlow ann@contoso.test -Identity edge01', { events })
  expect(senders).toHaveLength(1)
  const other = await run('Test-MailFlow ann@contoso.test -Identity EDGE07', { events })
  expect(other.errors).toContain("The server 'EDGE07' couldn't be found")
  expect(other.senders).toEqual([])
})

const failed = trackingEvent({ eventId: 'FAIL', recipientStatuses: ['550 5.1.1 User unknown'] })

test.each([
  [
    'sent',
    [trackingEvent(), sent],
    'Success Sent mail.contoso.test by To Internal: 250 2.1.5 Recipient OK',
  ],
  ['failed', [trackingEvent(), failed], '*FAILURE* Failed 550 5.1.1 User unknown'],
])('what was %s is told as the tracking log has it', async (_what, events, told) => {
  expect((await run('Test-MailFlow ann@contoso.test', { events })).out).toBe(told)
})

test('what still waits when the time is over is no success', async () => {
  const line = 'Test-MailFlow ann@contoso.test -ExecutionTimeout 00:00:01'
  expect((await run(line, { events: [trackingEvent()] })).out).toBe(
    '*FAILURE* Waiting in the queue; see Get-Queue',
  )
})

test('what was refused is told by its reply', async () => {
  const message = { accepted: false, reply: '550 5.7.54 SMTP; Unable to relay' }
  expect((await run('Test-MailFlow ann@other.test', { message })).out).toBe(
    '*FAILURE* Refused 550 5.7.54 SMTP; Unable to relay',
  )
})

test('without a tracking log no delivery is claimed', async () => {
  const { out, notices } = await run('Test-MailFlow ann@contoso.test', {})
  expect(out).toBe('*FAILURE* Accepted 250 2.6.0 Queued mail for delivery')
  expect(notices).toContain('its delivery cannot be seen')
})

test('-WhatIf sends nothing, and a sender is used as given', async () => {
  expect((await run('Test-MailFlow a@x.test -WhatIf', { events: [sent] })).senders).toEqual([])
  const line = 'Test-MailFlow a@x.test -SenderAddress b@x.test'
  expect((await run(line, { events: [sent] })).senders).toEqual(['b@x.test'])
})

test('-Credential and -ReceiveConnector say as whom and where the message is handed over', async () => {
  const secret = 'ConvertTo-SecureString pass -AsPlainText -Force'
  const login = `(New-Object System.Management.Automation.PSCredential ana,(${secret}))`
  const line = `Test-MailFlow a@x.test -Credential ${login} -ReceiveConnector "Client Frontend"`
  const { mails, errors } = await run(line, { events: [sent] })
  expect(errors).toBe('')
  expect(mails).toMatchObject([
    { connector: 'Client Frontend', credential: { userName: 'ana' }, sender: undefined },
  ])
})
