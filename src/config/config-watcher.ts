import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { FileWatch } from '../base/file-watch.ts'
import type { LiveValue } from '../base/live.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { ConfigResult } from './config-result.ts'
import { fixedChanges, withFixedSettings } from './fixed-settings.ts'
import { formatProblem } from './located-problem.ts'
import type { ServerConfig } from './server-config.ts'

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
  /** What stood in `file` before it was loaded at start: the same now means that nothing changed. */
  readonly textAtStart?: string | undefined
  readonly quietTime?: Milliseconds
}

/**
 * Puts a changed configuration file into effect. A file with problems changes nothing: each problem
 * is told and the running configuration stays.
 */
export class ConfigWatcher implements AsyncDisposable {
  readonly #options: ConfigWatcherOptions
  readonly #watch: FileWatch
  #lastText: string | undefined
  #working: Promise<void>

  constructor(options: ConfigWatcherOptions) {
    this.#options = options
    this.#watch = new FileWatch({
      files: [options.file],
      clock: options.clock,
      quietTime: options.quietTime ?? second / 4,
      onChange: () => void this.#inTurn(() => this.#applyIfChanged('tell always')),
      onError: (error) =>
        options.log.warn(
          `cannot watch ${options.file} (${error.message}); send SIGHUP after a change`,
        ),
    })
    // What changed between the load at start and now is seen here.
    this.#lastText = options.textAtStart
    this.#working = this.#watch.ready().then(() => this.#applyIfChanged('tell changes'))
  }

  /** Reads the file again even if it looks the same (SIGHUP): files it names may have changed. */
  async reload(): Promise<ReloadResult> {
    let result: ReloadResult = { problems: [], waiting: [] }
    await this.#inTurn(async () => {
      result = await this.#apply('tell always')
    })
    return result
  }

  /** Resolves when changes are being watched for. */
  async ready(): Promise<void> {
    await this.#working
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]()
    await this.#working
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(action)
    return this.#working
  }

  async #applyIfChanged(mode: ApplyMode): Promise<void> {
    const text = await this.#readText()
    if (text !== undefined && text !== this.#lastText) await this.#apply(mode)
  }

  async #apply(mode: ApplyMode): Promise<ReloadResult> {
    const { file, live, log, load } = this.#options
    this.#lastText = await this.#readText()
    const result = await load(file).catch(notLoaded(file))
    if ('problems' in result) {
      for (const problem of result.problems) log.error(formatProblem(problem))
      log.error(`${file} is not taken over; the server goes on with the configuration it has`)
      return { problems: result.problems.map(formatProblem), waiting: [] }
    }
    const waiting = fixedChanges(live.current, result.config)
    for (const setting of waiting)
      log.warn(`${file}: the change of ${setting} takes effect when the server is restarted`)
    const next = withFixedSettings(live.current, result.config)
    if (isDeepStrictEqual(live.current, next)) {
      if (mode === 'tell always') log.info(`${file} was read again; nothing has changed`)
      return { problems: [], waiting }
    }
    for (const warning of result.warnings) log.warn(formatProblem(warning))
    live.set(next)
    log.info(`${file} was read again and is in effect`)
    return { problems: [], waiting }
  }

  async #readText(): Promise<string | undefined> {
    return await readFile(this.#options.file, 'utf8').catch(() => undefined)
  }
}

/** Makes a result of a load that came to nothing, as when no process can be had for it. */
function notLoaded(file: string): (error: unknown) => ConfigResult {
  return (error) => {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    return { problems: [{ file, path: '', message }] }
  }
}
