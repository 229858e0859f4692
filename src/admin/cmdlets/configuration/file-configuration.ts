import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import { createDurably } from '../../../base/durable-file.ts'
import { type ConfigDraft, ConfigRefused, changeConfig } from '../../../config/change-config.ts'
import { ConfigLocked } from '../../../config/config-lock.ts'
import { UnchangeableFile } from '../../../config/config-document.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { type LocatedProblem, formatProblem } from '../../../config/located-problem.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import { AdminAuditLog } from '../../../logs/admin-audit-log.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { AuditRecord, Configuration, ConfigurationChange } from './configuration.ts'

export interface FileConfigurationOptions {
  readonly configFile: string
  readonly dataFolder: string
  readonly clock: Clock
  /** Makes the running services of this server take the file over; gives what to warn of. */
  readonly reload: (config: ServerConfig) => Promise<readonly string[]>
  /** Stands in for Server.Name and Server.Fqdn where the file has none. */
  readonly hostName?: string
}

/** The folder beside the configuration file with the passwords that commands were given. */
const secretFolder = 'secrets'

/** The configuration in its file, with the services that run on it. */
export class FileConfiguration implements Configuration {
  readonly dataFolder: string
  readonly #options: FileConfigurationOptions
  readonly #auditLog: AdminAuditLog

  constructor(options: FileConfigurationOptions) {
    this.#options = options
    this.dataFolder = resolve(options.dataFolder)
    this.#auditLog = new AdminAuditLog(options.dataFolder, options.clock)
  }

  get folder(): string {
    return dirname(resolve(this.#options.configFile))
  }

  async read(): Promise<ServerConfig> {
    const { configFile } = this.#options
    const result = await loadConfig(configFile, this.#options)
    if ('config' in result) return result.config
    throw brokenFile(configFile, result.problems)
  }

  async change(edit: (draft: ConfigDraft) => void | Promise<void>): Promise<ConfigurationChange> {
    const { configFile, reload } = this.#options
    const { config, changed } = await changeConfig(configFile, edit, this.#options).catch(
      (error: unknown) => {
        throw told(error, configFile)
      },
    )
    return { config, warnings: changed ? await reload(config) : [] }
  }

  async audit(record: AuditRecord): Promise<string | undefined> {
    try {
      await this.#auditLog.append({ ...record, user: accountName() })
      return undefined
    } catch (error) {
      return `The admin audit log could not be written: ${messageOf(error)}`
    }
  }

  async keepSecret(name: string, secret: string): Promise<string> {
    if (/[\r\n]/.test(secret) || secret === '') {
      throw new ShellError('The password must not be empty, nor hold a line break.', {
        ...{ id: 'InvalidPassword', category: 'InvalidArgument' },
      })
    }
    const { configFile } = this.#options
    try {
      const folder = join(this.folder, secretFolder)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${plainName(name)}-${randomBytes(4).toString('hex')}`)
      await createDurably(path, `${secret}\n`, { mode: 0o600, ownerOf: configFile })
      return relative(this.folder, path)
    } catch (error) {
      throw told(error, configFile)
    }
  }

  async forgetSecret(path: string): Promise<void> {
    const file = resolve(this.folder, path)
    const isOurs = dirname(file) === join(this.folder, secretFolder) && /-[0-9a-f]{8}$/.test(file)
    if (isOurs) await rm(file, { force: true }).catch(() => undefined)
  }
}

/** Of who runs this; the number of an account that has no name, as containers are run by. */
function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}

/** A refusal in the words of what is wrong, without its place: the administrator wrote no file. */
function told(error: unknown, file: string): unknown {
  if (error instanceof ShellError || !(error instanceof Error)) return error
  if (error instanceof ConfigRefused) {
    if (error.wasBroken) return brokenFile(file, error.problems)
    return new ShellError(error.problems.map(problemText).join('\n'), {
      ...{ id: 'ConfigurationRefused', category: 'InvalidArgument', cause: error },
    })
  }
  if (error instanceof ConfigLocked || error instanceof UnchangeableFile) {
    const category = error instanceof ConfigLocked ? 'ResourceUnavailable' : 'InvalidOperation'
    return new ShellError(`${file}: ${error.message}`, { id: error.name, category, cause: error })
  }
  const code = 'code' in error ? String(error.code) : 'ConfigurationNotWritten'
  return new ShellError(`${file} cannot be changed: ${advice[code] ?? error.message}`, {
    ...{ id: code, category: 'WriteError', cause: error },
  })
}

const advice: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; name another with --config or EDGE_CONFIG.',
  EACCES: 'this account may not write to it or to its folder.',
  EPERM: 'this account may not write to it or to its folder.',
  EROFS: 'it is on a disk that is read only.',
  EBUSY:
    'it is mounted as a single file and cannot be replaced as one piece; mount its folder instead.',
}

function brokenFile(file: string, problems: readonly LocatedProblem[]): ShellError {
  const lines = problems.map(formatProblem).join('\n')
  // A file that cannot be read at all is named by its only problem, which says what to do.
  const readable = problems.some(({ line }) => line !== undefined)
  return new ShellError(readable ? `${file} must be mended first:\n${lines}` : `${lines}.`, {
    ...{ id: 'ConfigurationInvalid', category: 'InvalidData', target: file },
  })
}

/** Messages that are sentences stand alone; the others say what the setting must be. */
function problemText({ path, name, message }: LocatedProblem): string {
  if (/^[A-Z]/.test(message)) return message
  const setting = path.split('.').slice(1).join('.') || path
  const of = name === undefined ? '' : ` of "${name}"`
  return `${setting}${of} ${message}${/[.!?]$/.test(message) ? '' : '.'}`
}

/** A name fit for a file. */
function plainName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return plain.replace(/^-+|-+$/g, '').slice(0, 40) || 'secret'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
