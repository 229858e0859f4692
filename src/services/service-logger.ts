import { Writable } from 'node:stream'
import { pino } from 'pino'
import type { ProgramLog } from '../base/program-log.ts'
import { LogOutput } from './log-output.ts'

/**
 * The program log on standard output: JSON lines, or readable lines on a terminal. `worker` is the number
 * of a process that is one of several of its service.
 */
export async function openServiceLogger(service: string, worker?: number): Promise<ProgramLog> {
  const options = {
    base: { service, ...(worker !== undefined && { worker }), pid: process.pid },
    serializers: { error: errorText },
  }
  const output = new LogOutput({
    onRecovered: (lost) => log.warn({ lost }, 'lines of this log could not be written'),
  })
  const log: ProgramLog = pino(options, process.stdout.isTTY ? await readable(output) : output)
  return log
}

/** The lines as a person reads them. */
async function readable(output: LogOutput): Promise<Writable> {
  const { default: pretty } = await import('pino-pretty')
  return pretty({
    colorize: true,
    singleLine: true,
    translateTime: true,
    messageFormat: '{service}{if worker} {worker}{end}: {msg}',
    ignore: 'pid,service,worker',
    destination: new Writable({
      decodeStrings: false,
      write(line: string | Buffer, _encoding, done) {
        output.write(line.toString())
        done()
      },
    }),
  })
}

/** An expected failure, which has a code, in one line; a defect with its stack. */
function errorText(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return 'code' in error ? error.message : error.stack
}
