import { pino } from 'pino'
import type { ProgramLog } from '../base/program-log.ts'

/**
 * The program log on standard output: JSON lines, or readable lines on a terminal. `worker` is the number
 * of a process that is one of several of its service.
 */
export async function openServiceLogger(service: string, worker?: number): Promise<ProgramLog> {
  const options = {
    base: { service, ...(worker !== undefined && { worker }), pid: process.pid },
    serializers: { error: errorText },
  }
  if (process.stdout.isTTY) {
    const { default: pretty } = await import('pino-pretty')
    const lines = pretty({
      colorize: true,
      sync: true,
      singleLine: true,
      translateTime: true,
      messageFormat: '{service}{if worker} {worker}{end}: {msg}',
      ignore: 'pid,service,worker',
    })
    const log: ProgramLog = pino(options, lines)
    return log
  }
  const log: ProgramLog = pino(options)
  return log
}

/** An expected failure, which has a code, in one line; a defect with its stack. */
function errorText(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return 'code' in error ? error.message : error.stack
}
