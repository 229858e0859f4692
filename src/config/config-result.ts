import type { LocatedProblem } from './located-problem.ts'
import type { ServerConfig } from './server-config.ts'

/** A file that was read. */
export interface LoadedConfig {
  readonly config: ServerConfig
  readonly warnings: readonly LocatedProblem[]
  /** The sections that stand in the file and hold something; the others have their defaults. */
  readonly sections: readonly string[]
}

/** A file that was read, or everything that is wrong with it. */
export type ConfigResult = LoadedConfig | { readonly problems: readonly LocatedProblem[] }

/** Freezes a configuration through and through: it is shared by all parts of a service. */
export function freezeConfig(config: ServerConfig): ServerConfig {
  return deepFreeze(config)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
