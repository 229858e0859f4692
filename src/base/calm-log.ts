import type { Clock } from './clock.ts'
import type { ProgramLog } from './program-log.ts'
import { type Milliseconds, minute } from './time-span.ts'

interface Told {
  readonly at: Milliseconds
  repeated: number
}

/**
 * A log for troubles that strike every message alike, such as a full disk: each warning and error is
 * told at once, and then once a minute while it goes on, with how often it came in between. Messages
 * are told apart by their text without its numbers.
 */
export function calmLog(log: ProgramLog, clock: Clock): ProgramLog {
  const told = new Map<string, Told>()
  const tell = (level: 'warn' | 'error') => (details: object, message: string) => {
    const topic = message.replaceAll(/\d+/g, '')
    const now = clock.monotonic()
    const last = told.get(topic)
    if (last !== undefined && last.at > now - minute) {
      last.repeated++
      return
    }
    told.set(topic, { at: now, repeated: 0 })
    const repeated = last?.repeated ?? 0
    log[level](repeated === 0 ? details : { ...details, repeated }, message)
  }
  return {
    debug: (details, message) => log.debug(details, message),
    info: (details, message) => log.info(details, message),
    warn: tell('warn'),
    error: tell('error'),
  }
}
