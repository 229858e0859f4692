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
  return await logFiles(join(dataFolder, 'logs', service, 'ProtocolLog', `Smtp${direction}`))
}

async function logFiles(folder: string): Promise<readonly LogFile[]> {
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
  return recordLines(await protocolLogFiles(...place)).map(recordOf)
}

/** One line of a connectivity log, its time apart. */
export interface ConnectivityRecord {
  readonly session: string
  readonly destination: string
  readonly direction: string
  readonly description: string
}

/** The records of a service's connectivity log, in the order written. */
export async function connectivityLogRecords(
  dataFolder: string,
  service: LoggingService,
): Promise<readonly ConnectivityRecord[]> {
  const files = await logFiles(join(dataFolder, 'logs', service, 'Connectivity'))
  return recordLines(files).map((line) => {
    const fields = csvFields(line)
    if (fields.length !== 6 || fields[2] !== 'SMTP') throw new Error(`not a record: ${line}`)
    const [, session = '', , destination = '', direction = '', description = ''] = fields
    return { session, destination, direction, description }
  })
}

function recordLines(files: readonly LogFile[]): readonly string[] {
  return files.flatMap(({ text }) =>
    text.split('\r\n').filter((line) => line !== '' && !line.startsWith('#')),
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
