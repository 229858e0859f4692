import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { ProgramLog } from '../base/program-log.ts'

/** The program log on standard output: JSON lines, or readable lines on a terminal. */
export function openServiceLogger(service: string): ProgramLog {
  const base = { service, pid: process.pid }
  if (process.stdout.isTTY) {
    return pino(
      { base },
      pretty({ colorize: true, sync: true, ignore: 'pid', translateTime: true }),
    )
  }
  return pino({ base })
}
