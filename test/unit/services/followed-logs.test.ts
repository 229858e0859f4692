import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trackingLogFields } from '../../../src/logs/tracking-log.ts'
import { fileProtocolLogs } from '../../../src/services/administration/protocol-logs.ts'
import { fileTrackingLogs } from '../../../src/services/administration/tracking-logs.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** A server's files, and a clock at whose rests the steps are taken one by one; the last one ends it. */
async function follower(role: 'Edge' | 'Mailbox', steps: readonly (() => Promise<unknown>)[]) {
  const folder = await tempFolder()
  const configFile = join(folder, 'server.yaml')
  await writeFile(configFile, `Server: { Name: SRV01, Role: ${role} }\n`)
  const ending = new AbortController()
  const left = [...steps]
  const clock = new FakeClock()
  clock.sleep = async () => {
    const step = left.shift()
    if (step === undefined) ending.abort()
    else await step()
  }
  return { folder, configFile, clock, signal: ending.signal }
}

async function writtenTo(folder: string, name: string, lines: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await appendFile(join(folder, name), lines.map((line) => `${line}\r\n`).join(''))
}

const trackingLine = (seconds: number, eventId: string) =>
  trackingLogFields
    .map((field) => {
      if (field === 'date-time') return `2026-11-30T12:00:0${seconds}.000Z`
      return field === 'event-id' ? eventId : ''
    })
    .join(',')

test('the tracking log is followed with its filter, by the header of each file', async () => {
  const head = `#Fields: ${trackingLogFields.join(',')}`
  let logs = ''
  const files = await follower('Edge', [
    () =>
      writtenTo(logs, 'MSGTRK2026113012-1.LOG', [trackingLine(2, 'SEND'), trackingLine(1, 'SEND')]),
    () => writtenTo(logs, 'MSGTRK2026113013-1.LOG', [head, trackingLine(3, 'FAIL')]),
    () => writtenTo(logs, 'MSGTRK2026113013-1.LOG', [trackingLine(4, 'SEND')]),
  ])
  logs = join(files.folder, 'data', 'logs', 'MessageTracking')
  await writtenTo(logs, 'MSGTRK2026113012-1.LOG', [head, trackingLine(0, 'SEND')])
  const { configFile, clock, signal } = files
  const found: number[] = []
  const search = fileTrackingLogs(configFile, join(files.folder, 'data'), clock).search({
    ...{ eventId: 'send', follow: true, signal },
  })
  for await (const { timestamp } of search) found.push(new Date(timestamp).getUTCSeconds())
  expect(found).toEqual([1, 2, 4])
})

test('the protocol logs of both services are followed, what is between them marked', async () => {
  const record = (seconds: number, connector: string, ends: string) =>
    `2026-11-30T12:00:0${seconds}.000Z,${connector},AA,0,${ends},<,NOOP,`
  let logs = ''
  const files = await follower('Mailbox', [
    async () => {
      await writtenTo(join(logs, 'Hub', 'ProtocolLog', 'SmtpReceive'), 'RECV2026113012-1.LOG', [
        record(2, 'SRV01\\Default SRV01', '127.0.0.1:2525,127.0.0.1:999'),
      ])
      await writtenTo(
        join(logs, 'FrontEnd', 'ProtocolLog', 'SmtpReceive'),
        'RECV2026113012-1.LOG',
        [
          record(1, 'SRV01\\Default Frontend SRV01', '192.0.2.1:25,203.0.113.9:999'),
          record(3, 'SRV01\\Default Frontend SRV01', '192.0.2.1:25,203.0.113.9:999').replace(
            'NOOP',
            'QUIT',
          ),
        ],
      )
    },
  ])
  logs = join(files.folder, 'data', 'logs')
  const { configFile, clock, signal } = files
  const search = fileProtocolLogs(configFile, join(files.folder, 'data'), clock).search({
    ...{ service: undefined, direction: undefined, start: undefined, end: undefined },
    ...{ text: 'noop', follow: true, signal },
  })
  const found: string[] = []
  for await (const { service, internal } of search) found.push(`${service} ${internal}`)
  expect(found).toEqual(['FrontendTransport false', 'Transport true'])
})
