import { pino } from 'pino'
import pretty from 'pino-pretty'

/** What the parts of a service need of the program log. Mail events go to the CSV logs instead. */
export interface ServiceLogger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** The program log on standard output: JSON lines, or readable lines on a terminal. */
export function openServiceLogger(service: string): ServiceLogger {
  const base = { service, pid: process.pid }
  if (process.stdout.isTTY) {
    return pino(
      { base },
      pretty({ colorize: true, sync: true, ignore: 'pid', translateTime: true }),
    )
  }
  return pino({ base })
}
