import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { LoggingService, ProtocolDirection } from '../../src/logs/log-folders.ts'
import { type LogRecord, protocolLogFiles, protocolLogRecords } from './protocol-log-records.ts'
import type { RelayProcess } from './relay-process.ts'

/** Event, data, context. */
export type ExpectedEvent = readonly [
  event: string,
  data?: string | RegExp,
  context?: string | RegExp,
]

const matching = (expected: string | RegExp = ''): unknown =>
  typeof expected === 'string' ? expected : expect.stringMatching(expected)

/** Compares the records of one session, every field of each. */
export function expectSession(
  records: readonly LogRecord[],
  fields: { connectorId: string; local: RegExp; remote: RegExp },
  events: readonly ExpectedEvent[],
): void {
  const sessionId = records[0]?.sessionId
  expect(sessionId).toMatch(/^[0-9A-F]{16}$/)
  expect(records).toEqual(
    events.map(([event, data, context], at) => ({
      dateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      connectorId: fields.connectorId,
      sessionId,
      sequenceNumber: String(at),
      localEndpoint: matching(fields.local),
      remoteEndpoint: matching(fields.remote),
      event,
      data: matching(data),
      context: matching(context),
    })),
  )
  const times = records.map(({ dateTime }) => dateTime)
  expect(times).toEqual(times.toSorted())
}

/** The records of each session, by a service's log of one direction. */
export async function sessionsOf(
  relay: RelayProcess,
  service: LoggingService,
  way: ProtocolDirection,
) {
  const records = await protocolLogRecords(relay.dataFolder, service, way)
  const sessions = Map.groupBy(records, ({ sessionId }) => sessionId)
  return [...sessions.values()]
}

/** The names and header lines of both logs of a service. */
export async function expectHeaders(relay: RelayProcess, service: LoggingService): Promise<void> {
  for (const [way, prefix] of [
    ['Receive', 'RECV'],
    ['Send', 'SEND'],
  ] as const) {
    const files = await protocolLogFiles(relay.dataFolder, service, way)
    expect(files.length).toBeGreaterThan(0)
    for (const { name, text } of files) {
      const [software, version, type, date = '', names] = text.split('\r\n')
      expect([software, type, names]).toEqual([
        '#Software: Microsoft Exchange Server',
        `#Log-type: SMTP ${way} Protocol Log`,
        '#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context',
      ])
      expect(version).toMatch(/^#Version: \d{2}\.\d{2}\.\d{4}\.\d{3}$/)
      expect(date).toMatch(/^#Date: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(name).toBe(`${prefix}${date.slice(7, 20).replace(/\D/g, '')}-1.LOG`)
      expect(text.endsWith('\r\n')).toBe(true)
    }
  }
}

/** Everything in the relay's log folder, and all that it printed. */
export async function everythingLogged(relay: RelayProcess): Promise<string> {
  const folder = join(relay.dataFolder, 'logs')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8'))
  return [relay.output, ...(await Promise.all(texts))].join('\n')
}
