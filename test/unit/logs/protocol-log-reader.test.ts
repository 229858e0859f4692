import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CsvLogPlace } from '../../../src/logs/csv-log-reader.ts'
import { readProtocolLogs } from '../../../src/logs/protocol-log-reader.ts'
import { parseProtocolLogLine } from '../../../src/logs/protocol-log-record.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const header = '#Software: x\r\n#Fields: date-time,connector-id\r\n'

function line(time: string, { session = 'S1', data = 'QUIT' } = {}): string {
  return `2026-11-21T${time}Z,EDGE01\\Default,${session},0,192.0.2.1:25,192.0.2.2:4000,<,${data},\r\n`
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(await tempFolder(), 'log')
  await mkdir(folder)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

async function found(
  places: readonly CsvLogPlace[],
  query: { start?: number; end?: number; text?: string } = {},
): Promise<string[]> {
  const times: string[] = []
  const signal = new AbortController().signal
  for await (const { record } of readProtocolLogs({ places, signal, ...query })) {
    times.push(new Date(record.time).toISOString().slice(11, 23))
  }
  return times
}

test('reads a field with commas and quotes back', () => {
  const text =
    '2026-11-21T06:00:00.000Z,"A, B",S1,12,192.0.2.1:25,[::1]:9,<,"MAIL FROM:<""a,b""@x.test>",why'
  expect(parseProtocolLogLine(text)).toEqual({
    time: Date.UTC(2026, 10, 21, 6),
    connectorId: 'A, B',
    sessionId: 'S1',
    sequenceNumber: 12,
    localEndpoint: '192.0.2.1:25',
    remoteEndpoint: '[::1]:9',
    event: '<',
    data: 'MAIL FROM:<"a,b"@x.test>',
    context: 'why',
  })
})

test.each(['#Fields: date-time', '', '2026-11-21T06:00:00.000Z,cut off', 'no time,,,,,,,,'])(
  'a line that is no record is passed over: %s',
  (text) => {
    expect(parseProtocolLogLine(text)).toBeUndefined()
  },
)

test('reads files by their age and, within an hour, what was written side by side by its time', async () => {
  const folder = await folderWith({
    'RECV2026112107-1.LOG': header + line('07:00:00.000'),
    'RECV2026112106-2.LOG': header + line('06:00:02.000') + line('06:00:04.000'),
    'RECV2026112106-10.LOG': header + line('06:00:01.000') + line('06:00:03.000'),
    'SEND2026112106-1.LOG': header + line('06:00:00.000'),
    'notes.txt': line('06:00:00.000'),
  })
  expect(await found([{ folder, prefix: 'RECV' }])).toEqual([
    ...['06:00:01.000', '06:00:02.000', '06:00:03.000', '06:00:04.000'],
    '07:00:00.000',
  ])
})

test('takes the start of a time with it and leaves the end out; keeps to a text', async () => {
  const folder = await folderWith({
    'RECV2026112106-1.LOG':
      header +
      line('06:00:01.000', { data: 'RCPT TO:<Bob@x.test>' }) +
      line('06:00:02.000') +
      line('06:00:03.000', { data: 'MAIL FROM:<bob@X.test>' }),
  })
  const place = { folder, prefix: 'RECV' }
  expect(await found([place], { text: 'BOB@x' })).toEqual(['06:00:01.000', '06:00:03.000'])
  const start = Date.UTC(2026, 10, 21, 6, 0, 2)
  expect(await found([place], { start })).toEqual(['06:00:02.000', '06:00:03.000'])
  expect(await found([place], { end: start })).toEqual(['06:00:01.000'])
})

test('a line still being written is left out, and lines may be longer than a block', async () => {
  const long = 'x'.repeat(700_000)
  const folder = await folderWith({
    'RECV2026112106-1.LOG':
      header + line('06:00:01.000', { data: long }) + line('06:00:02.000').trimEnd(),
  })
  expect(await found([{ folder, prefix: 'RECV' }])).toEqual(['06:00:01.000'])
})

test('a folder that is not there holds nothing', async () => {
  expect(await found([{ folder: '/nowhere/log', prefix: 'RECV' }])).toEqual([])
})

test('stops at its signal', async () => {
  const folder = await folderWith({ 'RECV2026112106-1.LOG': header + line('06:00:01.000') })
  const places = [{ folder, prefix: 'RECV' }]
  const records = readProtocolLogs({ places, signal: AbortSignal.abort() })
  await expect(records.next()).rejects.toThrow('aborted')
})
