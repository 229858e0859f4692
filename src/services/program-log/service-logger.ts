import { pino } from 'pino'
import type { ProgramLog } from '../../base/program-log.ts'
import { logLevel } from './log-level.ts'
import { LogOutput } from './log-output.ts'

/**
 * The program log on standard output: JSON lines, or readable lines on a terminal. `worker` is the number
 * of a process that is one of several of its service.
 */
export async function openServiceLogger(service: string, worker?: number): Promise<ProgramLog> {
  const options = {
    level: logLevel(process.env),
    base: { service, ...(worker !== undefined && { worker }), pid: process.pid },
    serializers: { error: errorText },
  }
  const output = new LogOutput({
    onRecovered: (lost) => log.warn({ lost }, 'lines of this log could not be written'),
  })
  const log: ProgramLog = pino(options, process.stdout.isTTY ? await readable(output) : output)
  return log
}

/** Whether the log has a line for each message: where a person looks on, or on request. */
export function tellsMail(): boolean {
  return process.stdout.isTTY || logLevel(process.env) === 'debug'
}

/** The lines as a person reads them. */
async function readable(output: LogOutput): Promise<Pick<LogOutput, 'write'>> {
  const { readableLogLine } = await import('./readable-log-line.ts')
  const colour = (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
  return {
    // The width each time: a terminal can be drawn wider.
    write: (line) =>
      output.write(readableLogLine(line, { width: process.stdout.columns || 80, colour })),
  }
}

/** An expected failure, which has a code, in one line; a defect with its stack. */
function errorText(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return 'code' in error ? error.message : error.stack
}
