import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type TrackingLogQuery, readTrackingLog } from '../../src/logs/tracking-log-reader.ts'
import { trackingLogFields } from '../../src/logs/tracking-log.ts'
import { tempFolder } from '../support/temp-folder.ts'

const header = [
  '#Software: Microsoft Exchange Server',
  '#Version: 15.02.0001.000',
  '#Log-type: Message Tracking Log',
  '#Date: 2026-10-01T09:00:00.117Z',
  `#Fields: ${trackingLogFields.join(',')}`,
  '',
].join('\r\n')

/** A record at that time of 1 October 2026. */
function line(time: string, messageId: string, recipient = 'user@corp.example'): string {
  return (
    `2026-10-01T${time}Z,192.0.2.1,client,192.0.2.2,EDGE01,context,Default,SMTP,RECEIVE,7,${messageId},` +
    `guid,${recipient},,10,1,,,Hello,bob@sender.example,bob@sender.example,,Incoming,,,,,Email,id,15\r\n`
  )
}

async function found(query: TrackingLogQuery): Promise<string[]> {
  const records = await Array.fromAsync(readTrackingLog(query))
  return records.map(({ messageId }) => messageId)
}

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

test('merges the files of several writers by time', async () => {
  const folder = await folderOf({
    'MSGTRK2026100109-1.LOG': header + line('09:00:00.000', 'a') + line('09:00:03.000', 'd'),
    'MSGTRK2026100109-2.LOG': header + line('09:00:01.000', 'b') + line('09:00:02.000', 'c'),
    'MSGTRK2026100110-1.LOG': header + line('10:00:00.000', 'e'),
  })
  expect(await found({ folder })).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(await found({ folder, resultSize: 2 })).toEqual(['a', 'b'])
  expect(await found({ folder, resultSize: 0 })).toEqual([])
})

test.each([
  { start: '09:00:01.000', end: '10:00:00.000', ids: ['b'] },
  { start: '09:00:01.000', end: '10:00:00.001', ids: ['b', 'c'] },
  { start: '09:00:01.001', ids: ['c', 'd'] },
  { start: '10:00:00.001', ids: ['d'] },
  { end: '09:00:00.999', ids: ['a'] },
  { start: '12:00:00.000', ids: [] },
])('reads from $start to $end', async ({ start, end, ids }) => {
  const folder = await folderOf({
    'MSGTRK2026100109-1.LOG': header + line('09:00:00.000', 'a') + line('09:00:01.000', 'b'),
    'MSGTRK2026100110-1.LOG': header + line('10:00:00.000', 'c') + line('11:00:00.000', 'd'),
  })
  const at = (time: string) => Date.parse(`2026-10-01T${time}Z`)
  const query = {
    folder,
    ...(start !== undefined && { start: at(start) }),
    ...(end !== undefined && { end: at(end) }),
  }
  expect(await found(query)).toEqual(ids)
})

test('passes over foreign files, unfinished lines, and lines that are no records', async () => {
  const good = header + line('09:00:00.000', 'a') + 'garbage\r\n#Date: x\r\n'
  const folder = await folderOf({
    'MSGTRK2026100109-1.LOG':
      good + line('09:00:01.000', 'b') + line('09:00:02.000', 'c').slice(0, -2),
    'MSGTRK2026100109-2.LOG': header,
    'MSGTRK2026100109-3.LOG': '',
    'MSGTRK2026100109-4.LOG': line('09:00:00.000', 'without header'),
    'MSGTRK2026100109-5.LOG': '#Fields: date-time,session-id\r\n2026-10-01T09:00:00.000Z,1\r\n',
    'MSGTRKMA2026100109-1.LOG': header + line('09:00:00.000', 'of a mailbox'),
    'notes.txt': header + line('09:00:00.000', 'notes'),
  })
  await mkdir(join(folder, 'folder'))
  expect(await found({ folder })).toEqual(['a', 'b'])
})

test('reads a file with the columns of another version', async () => {
  const fields = 'event-id,date-time,message-id,recipient-address'
  const folder = await folderOf({
    'MSGTRK20261001-1.log': `\uFEFF#Fields: ${fields}\nSEND,2026-10-01T09:00:00.000Z,<m>,a@x.example\n`,
  })
  expect(await found({ folder })).toEqual([])
  const inOrder = 'date-time,event-id,message-id'
  await writeFile(
    join(folder, 'MSGTRK20261001-2.log'),
    `\uFEFF#Fields: ${inOrder}\n2026-10-01T09:00:00.000Z,SEND,<m>\n`,
  )
  expect(await found({ folder })).toEqual(['<m>'])
})

test('a folder that is not there holds no records', async () => {
  expect(await found({ folder: join(await tempFolder(), 'none') })).toEqual([])
})

test('gives what was on disk when a file that is written on is read', async () => {
  const folder = await folderOf({ 'MSGTRK2026100109-1.LOG': header + line('09:00:00.000', 'a') })
  const reading = readTrackingLog({ folder })
  expect((await reading.next()).value).toMatchObject({ messageId: 'a' })
  await appendFile(join(folder, 'MSGTRK2026100109-1.LOG'), line('09:00:01.000', 'b'))
  expect((await reading.next()).value).toMatchObject({ messageId: 'b' })
  expect((await reading.next()).done).toBe(true)
})

test('a file that is deleted meanwhile is passed over', async () => {
  const folder = await folderOf({
    'MSGTRK2026100109-1.LOG': header + line('09:00:00.000', 'a'),
    'MSGTRK2026100110-1.LOG': header + line('10:00:00.000', 'b'),
  })
  const reading = readTrackingLog({ folder })
  await reading.next()
  await rm(join(folder, 'MSGTRK2026100110-1.LOG'))
  expect((await reading.next()).done).toBe(true)
})

describe('in a log larger than its blocks', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => {
    const time = new Date(Date.UTC(2026, 9, 1, 9, 0, 0, at)).toISOString().slice(11, -1)
    return line(time, `<m${at}@x.example>`, `user${at % 1000}@corp.example`)
  })

  test('finds each record, on whatever side of a block it stands', async () => {
    const folder = await folderOf({ 'MSGTRK2026100109-1.LOG': header + many.join('') })
    expect(await found({ folder })).toHaveLength(20_000)
    expect(await found({ folder, recipients: ['USER7@corp.example'] })).toHaveLength(20)
    expect(await found({ folder, messageId: '<m19999@x.example>' })).toEqual(['<m19999@x.example>'])
  })

  test('reads a record that is longer than a block, and ends a file at a line without end', async () => {
    const crowd = Array.from({ length: 60_000 }, (_, at) => `user${at}@some.corp.example`).join(';')
    const folder = await folderOf({
      'MSGTRK2026100109-1.LOG':
        header +
        line('09:00:00.000', 'a', crowd) +
        line('09:00:01.000', 'b') +
        'x'.repeat(17 << 20),
    })
    const records = await Array.fromAsync(readTrackingLog({ folder }))
    expect(records.map(({ recipients }) => recipients.length)).toEqual([60_000, 1])
  })

  test('ends when it is told to', async () => {
    const folder = await folderOf({ 'MSGTRK2026100109-1.LOG': header + many.join('') })
    const controller = new AbortController()
    const reading = readTrackingLog({ folder, signal: controller.signal })
    await reading.next()
    controller.abort()
    const rest = async () => {
      while ((await reading.next()).done !== true);
    }
    await expect(rest()).rejects.toThrow('aborted')
  })
})
