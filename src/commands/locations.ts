import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentConfig } from '../config/environment-config.ts'
import {
  type Environment,
  givenSettings,
  unknownVariables,
} from '../config/environment-settings.ts'
import { logLevels } from '../services/program-log/log-level.ts'
import { ToldError } from './command-io.ts'

/** Where a command finds what it works on. */
export interface Locations {
  readonly configFile: string
  readonly dataFolder: string
}

/** What the command line (`--config`, `--data`) and the environment say. */
export interface LocationValues {
  readonly config?: string | undefined
  readonly data?: string | undefined
  readonly env: Environment
  /** A start: the configuration of the environment's settings is made anew. */
  readonly starts?: boolean
}

/** The configuration made of EDGE_ variables, in the data folder. */
const environmentFile = 'environment.yaml'

/**
 * Flags win over `EDGE_CONFIG` and `EDGE_DATA`, and these over the defaults; an empty value is none. A
 * configuration made of the environment's settings is written where it is missing, and at each start; it
 * stands alone, for with a file beside it nobody could tell which holds. Throws a ToldError.
 */
export function locations({ config, data, env, starts = false }: LocationValues): Locations {
  const dataFolder = dataFolderOf({ data, env })
  const configFile = firstGiven(config, env['EDGE_CONFIG']) ?? 'config/server.yaml'
  const [setting] = givenSettings(env)
  if (setting === undefined) return { configFile, dataFolder }
  const ownFile = join(dataFolder, environmentFile)
  if (configFile === ownFile) return { configFile, dataFolder }
  if (existsSync(configFile))
    throw new ToldError(
      `${configFile} is there, and the environment has the setting ${setting}: give one configuration, the file or the settings`,
    )
  if (starts || !existsSync(ownFile)) writeIfNew(ownFile, dataFolder, env)
  return { configFile: ownFile, dataFolder }
}

/** Where a server keeps what it writes. */
export function dataFolderOf({ data, env }: Pick<LocationValues, 'data' | 'env'>): string {
  return firstGiven(data, env['EDGE_DATA']) ?? 'data'
}

function writeIfNew(file: string, folder: string, env: Environment): void {
  const made = environmentConfig(env)
  if ('problems' in made) throw new ToldError(made.problems.join('\nedge: '))
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (existsSync(file) && readFileSync(file, 'utf8') === made.yaml) return
    // Whole or not at all: a running server follows the file. It may hold a password.
    writeFileSync(`${file}.new`, made.yaml, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ToldError(`the configuration of the environment cannot be written: ${reason}`)
  }
}

function firstGiven(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '')
}

/** Refuses variables that begin as ours do and are none: a setting that is misspelt would do nothing. */
export function requireKnownVariables(env: Environment): void {
  const problems = [...unknownVariables(env)]
  const level = env['EDGE_LOG_LEVEL'] ?? ''
  if (level !== '' && !logLevels.some((known) => known === level.toLowerCase()))
    problems.push(
      `environment: EDGE_LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${level}"`,
    )
  if (problems.length > 0) throw new ToldError(problems.join('\nedge: '))
}
