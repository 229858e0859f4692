import type { ProgramLog } from '../base/program-log.ts'

/** A program log for a process that seldom has something to say: `open` is called at its first word. */
export function lazyLog(open: () => Promise<ProgramLog>): ProgramLog {
  let opened: Promise<ProgramLog> | undefined
  const say = (level: keyof ProgramLog) => (details: object, message: string) => {
    opened ??= open()
    void opened.then((log) => log[level](details, message))
  }
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
}
