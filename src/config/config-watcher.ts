import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { FileWatch } from '../base/file-watch.ts'
import type { LiveValue } from '../base/live.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import { type ConfigResult, loadConfig } from './load-config.ts'
import { formatProblem } from './located-problem.ts'
import type { ServerConfig } from './server-config.ts'

/** What the watcher tells; pino's methods fit. */
export interface ConfigLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

export interface ConfigWatcherOptions {
  readonly file: string
  /** Holds what was loaded from `file` at start. */
  readonly live: LiveValue<ServerConfig>
  readonly clock: Clock
  readonly log: ConfigLog
  /** As given to `loadConfig` at start. */
  readonly hostName?: string
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
    this.#working = this.#readText().then((text) => {
      this.#lastText = text
    })
    this.#watch = new FileWatch({
      files: [options.file],
      clock: options.clock,
      quietTime: options.quietTime ?? second / 4,
      onChange: () => void this.#inTurn(() => this.#applyIfChanged()),
      onError: (error) =>
        options.log.warn(
          `cannot watch ${options.file} (${error.message}); send SIGHUP after a change`,
        ),
    })
  }

  /** Reads the file again even if it looks the same (SIGHUP): files it names may have changed. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#apply())
  }

  /** Resolves when changes are being watched for. */
  async ready(): Promise<void> {
    await this.#watch.ready()
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

  async #applyIfChanged(): Promise<void> {
    const text = await this.#readText()
    if (text !== undefined && text !== this.#lastText) await this.#apply()
  }

  async #apply(): Promise<void> {
    const { file, live, clock, log, hostName } = this.#options
    this.#lastText = await this.#readText()
    const result = await loadConfig(file, { clock, ...(hostName !== undefined && { hostName }) })
    if ('problems' in result) return this.#refuse(result.problems)
    for (const warning of result.warnings) log.warn(formatProblem(warning))
    for (const setting of waitingForRestart(live.current, result.config))
      log.warn(`${file}: the change of ${setting} takes effect when the server is restarted`)
    if (isDeepStrictEqual(live.current, result.config)) {
      log.info(`${file} was read again; nothing in it has changed`)
      return
    }
    live.set(result.config)
    log.info(`${file} was read again and is in effect`)
  }

  #refuse(problems: (ConfigResult & { problems: unknown })['problems']): void {
    const { file, log } = this.#options
    for (const problem of problems) log.error(formatProblem(problem))
    log.error(`${file} is not taken over; the server goes on with the configuration it has`)
  }

  async #readText(): Promise<string | undefined> {
    return await readFile(this.#options.file, 'utf8').catch(() => undefined)
  }
}

/** Settings that differ and that a running service does not follow. */
function waitingForRestart(before: ServerConfig, after: ServerConfig): string[] {
  return (['Name', 'Role', 'Fqdn'] as const)
    .filter((setting) => before.Server[setting] !== after.Server[setting])
    .map((setting) => `Server.${setting}`)
}
