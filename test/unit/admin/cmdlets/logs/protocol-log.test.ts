import { expect, test } from 'vitest'
import {
  type FoundRecord,
  type ProtocolLogSearch,
  protocolLogCmdlets,
} from '../../../../../src/admin/cmdlets/logs/protocol-log.ts'
import { builtInCmdlets } from '../../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../../../../src/admin/shell/shell.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'
import { RecordingHost } from '../../../../support/recording-host.ts'

function record(sessionId: string, sequenceNumber: number, data: string): FoundRecord {
  return {
    time: Date.UTC(2026, 10, 21, 6, 0, sequenceNumber),
    connectorId: sessionId === 'AA' ? 'EDGE01\\Default internal' : 'To Internet',
    sessionId,
    sequenceNumber,
    localEndpoint: '192.0.2.1:25',
    remoteEndpoint: sessionId === 'AA' ? '[2001:db8::9]:4000' : '203.0.113.9:25',
    event: data.startsWith('250') ? '>' : '<',
    data,
    context: '',
    service: 'Transport',
    direction: sessionId === 'AA' ? 'Receive' : 'Send',
    internal: false,
  }
}

const records = [
  record('AA', 0, 'EHLO client.test'),
  record('BB', 0, 'RCPT TO:<ann@x.test>'),
  record('AA', 1, 'RCPT TO:<ann@x.test>'),
  record('AA', 2, '250 2.1.5 Recipient OK'),
]

/** Runs a line and gives what it puts out, as `session sequence` on each line. */
async function run(line: string, found: readonly FoundRecord[] = records) {
  const searches: ProtocolLogSearch[] = []
  const logs = {
    // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
    async *search(search: ProtocolLogSearch) {
      searches.push(search)
      yield* found
    },
  }
  const host = new RecordingHost()
  const cmdlets = [...builtInCmdlets(), ...protocolLogCmdlets(logs)]
  const shell = new Shell({ cmdlets, clock: new FakeClock('2026-11-21T07:00:00Z') })
  await shell.runLine(`${line} | ForEach-Object {"$($_.SessionId)$($_.SequenceNumber)"}`, { host })
  const { out, errors, notices } = host
  return { found: out.split('\n').filter((each) => each !== ''), errors, notices, searches }
}

test.each([
  ['Get-ProtocolLog', ['AA0', 'BB0', 'AA1', 'AA2']],
  ['Get-ProtocolLog aa', ['AA0', 'AA1', 'AA2']],
  ['Get-ProtocolLog -Address ANN@x.test', ['BB0', 'AA1']],
  ['Get-ProtocolLog -Address ann@x.test -WholeSession -SessionId AA', ['AA0', 'AA1', 'AA2']],
  ["Get-ProtocolLog -Connector 'default internal'", ['AA0', 'AA1', 'AA2']],
  ["Get-ProtocolLog -Connector 'EDGE01\\*'", ['AA0', 'AA1', 'AA2']],
  ['Get-ProtocolLog -Connector To*', ['BB0']],
  ['Get-ProtocolLog -Endpoint 203.0.113.9', ['BB0']],
  ['Get-ProtocolLog -Endpoint 2001:db8::9', ['AA0', 'AA1', 'AA2']],
  ['Get-ProtocolLog -Endpoint 192.0.2.1:25', ['AA0', 'BB0', 'AA1', 'AA2']],
  ["Get-ProtocolLog -Event '>'", ['AA2']],
  ['Get-ProtocolLog BB | Get-ProtocolLog', ['BB0']],
])('%s', async (line, expected) => {
  expect((await run(line)).found).toEqual(expected)
})

test('hands on what the reader can tell by itself', async () => {
  const { searches } = await run(
    'Get-ProtocolLog AA -Start 2026-11-21T06:00:00Z -End 2026-11-21T07:00:00Z -Direction Send -Service Transport',
  )
  expect(searches).toMatchObject([
    {
      text: 'AA',
      start: Date.UTC(2026, 10, 21, 6),
      end: Date.UTC(2026, 10, 21, 7),
      direction: 'Send',
      service: 'Transport',
    },
  ])
})

test('tells when there are more results than are shown', async () => {
  const { found, notices } = await run('Get-ProtocolLog -ResultSize 2')
  expect(found).toEqual(['AA0', 'BB0'])
  expect(notices).toMatch(/^WARNING: There are more results available than are currently displayed/)
  expect((await run('Get-ProtocolLog -ResultSize 4')).notices).toBe('')
})

test.each([
  ['Get-ProtocolLog', ['AA0', 'AA1', 'AA2']],
  ['Get-ProtocolLog -WholeSession', ['AA0', 'AA1', 'AA2']],
  ['Get-ProtocolLog -IncludeInternal', ['AA0', 'BB0', 'AA1', 'AA2']],
  ['Get-ProtocolLog BB', ['BB0']],
  ['Get-ProtocolLog -Connector To*', ['BB0']],
  ['Get-ProtocolLog -Service Transport', ['AA0', 'BB0', 'AA1', 'AA2']],
])(
  '%s: sessions between the services are left out unless they are asked for',
  async (line, ids) => {
    const marked = records.map((one) => ({ ...one, internal: one.sessionId === 'BB' }))
    expect((await run(line, marked)).found).toEqual(ids)
  },
)

test('what is written from now on is asked for by -Follow, without a limit', async () => {
  const { found, searches } = await run(
    'Get-ProtocolLog -Follow',
    Array.from({ length: 1001 }, (_, at) => record('AA', at % 60, 'NOOP')),
  )
  expect(searches).toMatchObject([{ follow: true }])
  expect(found).toHaveLength(1001)
  const { errors } = await run('Get-ProtocolLog -Follow -Start 06:00')
  expect(errors).toContain('-Follow and -Start cannot be used together')
})

test('an empty text, which all records would hold, is an error', async () => {
  const { errors, searches } = await run('Get-ProtocolLog -Address ""')
  expect(errors).toContain('An empty text is part of everything.')
  expect(searches).toEqual([])
})

test('a time that ends before it starts is an error', async () => {
  const { errors } = await run('Get-ProtocolLog -Start 2026-11-21T07:00Z -End 2026-11-21T06:00Z')
  expect(errors).toContain('The Start time is after the End time.')
})
