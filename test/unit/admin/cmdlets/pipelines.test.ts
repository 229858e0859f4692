import { expect, test } from 'vitest'
import {
  type ServerFacts,
  serverFactCmdlets,
} from '../../../../src/admin/cmdlets/configuration/exchange-server.ts'
import { messageCmdlets } from '../../../../src/admin/cmdlets/queues/message-cmdlets.ts'
import { trackingLogCmdlets } from '../../../../src/admin/cmdlets/logs/message-tracking-log.ts'
import { queueCmdlets } from '../../../../src/admin/cmdlets/queues/queue-cmdlets.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../src/admin/shell/shell.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { FakeQueueServer } from '../../../support/fake-queue-server.ts'
import { messageView, queueView } from '../../../support/queue-views.ts'
import { RecordingHost } from '../../../support/recording-host.ts'
import { trackingEvent } from '../../../support/tracking-event.ts'

async function run(line: string, name = 'EDGE01') {
  const queues = new FakeQueueServer()
  queues.views = [queueView(1), queueView(2)]
  queues.found = [messageView(1, 17)]
  const facts: ServerFacts = {
    ...{ name, fqdn: 'mail.contoso.test', role: 'Mailbox' },
    version: '15.02.0001.000',
  }
  const logs = {
    server: () => Promise.resolve({ Name: 'EDGE01', Fqdn: 'edge01.test', Role: 'Edge' } as const),
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *search() {
      yield trackingEvent()
    },
  }
  const cmdlets = [
    ...builtInCmdlets(),
    ...serverFactCmdlets({ facts: () => Promise.resolve(facts) }),
    ...queueCmdlets(queues),
    ...messageCmdlets(queues),
    ...trackingLogCmdlets(logs),
  ]
  const host = new RecordingHost({})
  await new Shell({ cmdlets, clock: new FakeClock() }).runLine(line, { host, final: true })
  return { out: host.out, errors: host.errors }
}

test.each([
  ['Get-ExchangeServer | Get-Queue | ForEach-Object { $_.Identity }', 'EDGE01\\1\nEDGE01\\2\n'],
  [
    'Get-ExchangeServer | Where-Object {$_.IsHubTransportServer -eq $true} | Get-Message | ForEach-Object { $_.Identity }',
    'EDGE01\\1\\17\n',
  ],
  ['Get-ExchangeServer | Get-MessageTrackingLog | % EventId', 'RECEIVE\n'],
])('%s', async (line, out) => {
  expect(await run(line)).toEqual({ out, errors: '' })
})

test.each(['Get-Queue', 'Get-Message', 'Get-MessageTrackingLog'])(
  'Get-ExchangeServer | %s fails for a server that is not this one',
  async (command) => {
    const { out, errors } = await run(`Get-ExchangeServer | ${command}`, 'EDGE02')
    expect(out).toBe('')
    expect(errors).toContain('EDGE02')
  },
)

test('a queue in the pipeline says whose messages are shown', async () => {
  const { out, errors } = await run('Get-Queue EDGE01\\1 | Get-Message | % Identity')
  expect({ out, errors }).toEqual({ out: 'EDGE01\\1\\17\n', errors: '' })
  expect((await run('Get-Queue EDGE01\\2 | Get-Message')).out).toBe('')
})

test('a queue in the pipeline is still meant by its identity', async () => {
  const { out } = await run('Get-Queue EDGE01\\2 | Get-Queue | % Identity')
  expect(out).toBe('EDGE01\\2\n')
})
