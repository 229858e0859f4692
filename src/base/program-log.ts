/**
 * The program log, as far as the parts of a service need it; pino fits. Mail events go to the CSV logs
 * instead.
 */
export interface ProgramLog {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}
