import { readFile, realpath } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Clock, systemClock } from '../base/clock.ts'
import { replaceDurably } from '../base/durable-file.ts'
import { ConfigDocument } from './config-document.ts'
import { lockConfig } from './config-lock.ts'
import type { ConfigResult } from './config-result.ts'
import { checkConfigText } from './load-config.ts'
import type { LocatedProblem } from './located-problem.ts'
import type { ServerConfig } from './server-config.ts'

/** A change is refused: with it, or already before it, the file would not check. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused'
  readonly problems: readonly LocatedProblem[]
  /** Whether the file was wrong before the change. */
  readonly wasBroken: boolean

  constructor(problems: readonly LocatedProblem[], wasBroken: boolean) {
    super(problems.map(({ message }) => message).join(' '))
    this.problems = problems
    this.wasBroken = wasBroken
  }
}

/** A configuration file while it is being changed: as it stands, and its text to change. */
export interface ConfigDraft {
  /** As it was before the change. */
  readonly config: ServerConfig
  readonly document: ConfigDocument
}

export interface ConfigChanged {
  /** As it is after the change. */
  readonly config: ServerConfig
  /** Whether the text differs at all. */
  readonly changed: boolean
}

export interface ChangeOptions {
  readonly clock?: Clock
  /** Stands in for Server.Name and Server.Fqdn where the file has none. */
  readonly hostName?: string
}

/** How often a change is made anew because an editor saved the file meanwhile. */
const maximumTries = 5

/**
 * Changes a configuration file: one process at a time, the whole result checked as at start, put in
 * place as one piece. Rejects with ConfigRefused, or with what `edit` throws, and leaves the file as it
 * was. `edit` runs again when somebody without the lock, such as an editor, saved the file meanwhile.
 */
export async function changeConfig(
  path: string,
  edit: (draft: ConfigDraft) => void | Promise<void>,
  options: ChangeOptions = {},
): Promise<ConfigChanged> {
  await using _lock = await lockConfig(path, options.clock ?? systemClock)
  const file = await realpath(path)
  for (let tries = 1; ; tries++) {
    const before = await readFile(file, 'utf8')
    const config = checked(await checkConfigText(before, path, options), true)
    const document = new ConfigDocument(before)
    await edit({ config, document })
    if (document.text === before) return { config, changed: false }
    const next = await checkedChange(document.text, { path, before: config, options })
    if ((await readFile(file, 'utf8')) !== before) {
      if (tries < maximumTries) continue
      throw new Error(`${path} is being changed by somebody else all the time; nothing was changed`)
    }
    await replaceDurably(file, document.text)
    return { config: next, changed: true }
  }
}

interface Change {
  readonly path: string
  readonly before: ServerConfig
  readonly options: ChangeOptions
}

/** The configuration of the changed text. Modules of agents are tried when something of the agents changes. */
async function checkedChange(
  text: string,
  { path, before, options }: Change,
): Promise<ServerConfig> {
  const next = checked(await checkConfigText(text, path, options), false)
  if (isDeepStrictEqual(before.TransportAgents, next.TransportAgents)) return next
  return checked(await checkConfigText(text, path, { ...options, tryModules: true }), false)
}

function checked(result: ConfigResult, wasBroken: boolean): ServerConfig {
  if ('problems' in result) throw new ConfigRefused(result.problems, wasBroken)
  return result.config
}
