import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoggingService, ProtocolDirection } from '../../src/logs/log-folders.ts'

/** One line of a protocol log, field by field. */
export interface LogRecord {
  readonly dateTime: string
  readonly connectorId: string
  readonly sessionId: string
  readonly sequenceNumber: string
  readonly localEndpoint: string
  readonly remoteEndpoint: string
  readonly event: string
  readonly data: string
  readonly context: string
}

export interface LogFile {
  readonly name: string
  readonly text: string
}

/** The files of one protocol log below a data folder; none when there is no folder. */
export async function protocolLogFiles(
  dataFolder: string,
  service: LoggingService,
  direction: ProtocolDirection,
): Promise<readonly LogFile[]> {
  const folder = join(dataFolder, 'logs', service, 'ProtocolLog', `Smtp${direction}`)
  const names = await readdir(folder).catch(() => [])
  return await Promise.all(
    names
      .toSorted()
      .map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
  )
}

/** The records of a protocol log, in the order written. */
export async function protocolLogRecords(
  ...place: Parameters<typeof protocolLogFiles>
): Promise<readonly LogRecord[]> {
  const files = await protocolLogFiles(...place)
  return files.flatMap(({ text }) =>
    text
      .split('\r\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(recordOf),
  )
}

function recordOf(line: string): LogRecord {
  const fields = csvFields(line)
  if (fields.length !== 9) throw new Error(`not nine fields: ${line}`)
  const [dateTime = '', connectorId = '', sessionId = '', sequenceNumber = '', ...rest] = fields
  const [localEndpoint = '', remoteEndpoint = '', event = '', data = '', context = ''] = rest
  return {
    ...{ dateTime, connectorId, sessionId, sequenceNumber, localEndpoint, remoteEndpoint },
    ...{ event, data, context },
  }
}

/** Fields of one line; a quoted one has its quotes doubled (RFC 4180). */
function csvFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  )
}
