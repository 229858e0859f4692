import {
  type CsvLogPlace,
  type CsvLogSearch,
  type PlacedRecord,
  readCsvLogs,
} from './csv-log-reader.ts'
import { type ProtocolLogRecord, parseProtocolLogLine } from './protocol-log-record.ts'

/** The records of several protocol logs by their time, read as they are asked for. */
export function readProtocolLogs<Place extends CsvLogPlace>(
  search: CsvLogSearch<Place>,
): AsyncGenerator<PlacedRecord<Place, ProtocolLogRecord>, void> {
  return readCsvLogs({ ...search, parse: parseProtocolLogLine })
}
