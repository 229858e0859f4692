import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { ProgramLog } from '../base/program-log.ts'

/** The program log on standard output: JSON lines, or readable lines on a terminal. */
export function openServiceLogger(service: string): ProgramLog {
  const options = {
    base: { service, pid: process.pid },
    serializers: { error: errorText },
  }
  if (process.stdout.isTTY) {
    const lines = pretty({
      colorize: true,
      sync: true,
      singleLine: true,
      translateTime: true,
      messageFormat: '{service}: {msg}',
      ignore: 'pid,service',
    })
    return pino(options, lines)
  }
  return pino(options)
}

/** An expected failure, which has a code, in one line; a defect with its stack. */
function errorText(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return 'code' in error ? error.message : error.stack
}
