import { readFile, stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Clock, Timer } from '../base/clock.ts'
import { FileWatch } from '../base/file-watch.ts'
import type { LiveValue } from '../base/live.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { ConfigResult } from './config-result.ts'
import { fixedChanges, withFixedSettings } from './fixed-settings.ts'
import { formatProblem } from './located-problem.ts'
import type { ServerConfig } from './server-config.ts'
import {
  type FileContent,
  lacksLineEnd,
  lostLines,
  lostSections,
  missingPart,
} from './whole-file.ts'

/** What the watcher tells; pino's methods fit. */
export interface ConfigLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** What became of a file that was read again. */
export interface ReloadResult {
  /** Why it is not in effect; none when it is. */
  readonly problems: readonly string[]
  /** Settings that changed and take effect when the server is restarted. */
  readonly waiting: readonly string[]
}

type ApplyMode = 'tell always' | 'tell changes'

export interface ConfigWatcherOptions {
  readonly file: string
  /** Holds what was loaded from `file` at start. */
  readonly live: LiveValue<ServerConfig>
  readonly clock: Clock
  readonly log: ConfigLog
  /** Reads and checks `file`, as at start. What it rejects with is told as a problem of the file. */
  readonly load: (file: string) => Promise<ConfigResult>
  /** What was loaded at start: the same text now means that nothing changed. */
  readonly atStart: FileContent
  readonly quietTime?: Milliseconds
  /**
   * How long a change that looks like one half done must stay as it is: a file that is gone, grew shorter, lost a
   * section or does not check. A program that writes in place empties the file first.
   */
  readonly settleTime?: Milliseconds
}

/** A text that was seen in the file (undefined: there was no file), and is not judged before it has settled. */
interface Unsettled {
  readonly text: string | undefined
  readonly timer: Timer
}

/**
 * Puts a changed configuration file into effect. A file with problems changes nothing: each problem
 * is told and the running configuration stays.
 */
export class ConfigWatcher implements AsyncDisposable {
  readonly #options: ConfigWatcherOptions
  readonly #watch: FileWatch
  /** The file that is in force. */
  #inForce: FileContent
  /** What the file held when it was judged last; undefined when there was none. */
  #judged: string | undefined
  #unsettled: Unsettled | undefined
  #working: Promise<void>

  constructor(options: ConfigWatcherOptions) {
    this.#options = options
    this.#inForce = options.atStart
    this.#judged = options.atStart.text
    this.#watch = new FileWatch({
      files: [options.file],
      clock: options.clock,
      quietTime: options.quietTime ?? second / 4,
      onChange: () => void this.#inTurn(() => this.#look('tell always')),
      onError: (error) =>
        options.log.warn(
          `cannot watch ${options.file} (${error.message}); send SIGHUP after a change`,
        ),
    })
    // What changed between the load at start and now is seen here.
    this.#working = this.#watch.ready().then(() => this.#look('tell changes'))
  }

  /** Reads the file again even if it looks the same (SIGHUP): files it names may have changed. */
  async reload(): Promise<ReloadResult> {
    let result: ReloadResult = { problems: [], waiting: [] }
    await this.#inTurn(async () => {
      this.#forgetUnsettled()
      const text = await this.#readText()
      result = this.#conclude(text, await this.#load(text), 'tell always')
    })
    return result
  }

  /** Resolves when changes are being watched for. */
  async ready(): Promise<void> {
    await this.#working
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]()
    this.#forgetUnsettled()
    await this.#working
    this.#forgetUnsettled()
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(action)
    return this.#working
  }

  /** Judges the file if it is another than before; at once where nothing speaks of a write half done. */
  async #look(mode: ApplyMode, settled?: Unsettled): Promise<void> {
    const text = await this.#readText()
    if (this.#unsettled !== undefined && this.#unsettled.text === text) return
    this.#forgetUnsettled()
    if (text === this.#judged) return
    const hasSettled = settled !== undefined && settled.text === text
    if (!hasSettled && (text === undefined || text.length < this.#inForce.text.length)) {
      this.#letSettle(text, mode)
      return
    }
    const result = await this.#load(text)
    if (!hasSettled && this.#looksHalfDone(text, result)) this.#letSettle(text, mode)
    else this.#conclude(text, result, mode)
  }

  #looksHalfDone(text: string | undefined, result: ConfigResult): boolean {
    if (text === undefined || 'problems' in result) return true
    if (lacksLineEnd(this.#inForce, text)) return true
    return lostSections(this.#inForce, { text, sections: result.sections }).length > 0
  }

  #letSettle(text: string | undefined, mode: ApplyMode): void {
    const { clock, settleTime = 3 * second } = this.#options
    const timer = clock.after(settleTime, () => {
      void this.#inTurn(async () => {
        if (this.#unsettled !== unsettled) return
        this.#unsettled = undefined
        await this.#look(mode, unsettled)
      })
    })
    const unsettled = { text, timer }
    this.#unsettled = unsettled
  }

  #forgetUnsettled(): void {
    this.#unsettled?.timer.cancel()
    this.#unsettled = undefined
  }

  async #load(text: string | undefined): Promise<ConfigResult> {
    const { file, load } = this.#options
    const refused = (message: string) => ({ problems: [{ file, path: '', message }] })
    const kind = text === undefined ? await kindOf(file) : 'file'
    if (kind === 'nothing')
      return refused('the file is gone; the server cannot start again without it')
    if (kind === 'other') return refused('is no file; put one in its place')
    const result = await load(file).catch(notLoaded(file))
    if ('problems' in result || text === undefined) return result
    const message = missingPart(this.#inForce, { text, sections: result.sections })
    return message === undefined ? result : refused(message)
  }

  /** Takes the file over, or tells why not. */
  #conclude(text: string | undefined, result: ConfigResult, mode: ApplyMode): ReloadResult {
    const { file, live, log } = this.#options
    this.#judged = text
    if ('problems' in result) {
      for (const problem of result.problems) log.error(formatProblem(problem))
      log.error(`${file} is not taken over; the server goes on with the configuration it has`)
      return { problems: result.problems.map(formatProblem), waiting: [] }
    }
    const waiting = fixedChanges(live.current, result.config)
    for (const setting of waiting)
      log.warn(`${file}: the change of ${setting} takes effect when the server is restarted`)
    this.#tellLost(text, result.sections)
    const next = withFixedSettings(live.current, result)
    if (isDeepStrictEqual(live.current, next)) {
      if (mode === 'tell always') log.info(`${file} was read again; nothing has changed`)
      return { problems: [], waiting }
    }
    for (const warning of result.warnings) log.warn(formatProblem(warning))
    live.set(next)
    log.info(`${file} was read again and is in effect`)
    return { problems: [], waiting }
  }

  #tellLost(text: string | undefined, sections: readonly string[]): void {
    const { file, log } = this.#options
    const before = this.#inForce
    const content = { text: text ?? '', sections }
    this.#inForce = content
    const lost = lostSections(before, content)
    if (lost.length > 0)
      log.warn(`${file} has no ${lost.join(', ')} any more; defaults are in their place`)
    const lines = lostLines(before, content)
    if (lines > 0)
      log.warn(
        `${file} is what it was without its last ${lines === 1 ? 'line' : `${lines} lines`}, whose settings are in effect no more; put them back if the file was cut off`,
      )
  }

  /** Undefined for what is there and no file, too: a read of a pipe would wait for its writer. */
  async #readText(): Promise<string | undefined> {
    const { file } = this.#options
    if ((await kindOf(file)) !== 'file') return undefined
    return await readFile(file, 'utf8').catch(() => undefined)
  }
}

/** What stands at this path. What cannot be looked at may be a file: a load tells why it cannot be read. */
async function kindOf(path: string): Promise<'nothing' | 'file' | 'other'> {
  return await stat(path).then(
    (found) => (found.isFile() ? 'file' : 'other'),
    (error: unknown) =>
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'nothing' : 'file',
  )
}

/** Makes a result of a load that came to nothing, as when no process can be had for it. */
function notLoaded(file: string): (error: unknown) => ConfigResult {
  return (error) => {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    return { problems: [{ file, path: '', message }] }
  }
}
