import type { Milliseconds } from '../base/time-span.ts'
import { csvValues } from './csv-field.ts'
import { protocolLogFields } from './protocol-log-writer.ts'

/** One record of a protocol log, as read back. */
export interface ProtocolLogRecord {
  readonly time: Milliseconds
  readonly connectorId: string
  readonly sessionId: string
  readonly sequenceNumber: number
  readonly localEndpoint: string
  readonly remoteEndpoint: string
  readonly event: string
  readonly data: string
  readonly context: string
}

/** Reads a line of a protocol log; undefined for a header line, and for one that is cut off. */
export function parseProtocolLogLine(line: string): ProtocolLogRecord | undefined {
  if (line.startsWith('#')) return undefined
  const values = csvValues(line)
  if (values.length !== protocolLogFields.length) return undefined
  const [date = '', connectorId = '', sessionId = '', number = '', local = '', remote = ''] = values
  const [event = '', data = '', context = ''] = values.slice(6)
  const time = Date.parse(date)
  if (Number.isNaN(time)) return undefined
  const endpoints = { localEndpoint: local, remoteEndpoint: remote }
  return {
    ...{ time, connectorId, sessionId, sequenceNumber: Number(number) },
    ...endpoints,
    ...{ event, data, context },
  }
}
