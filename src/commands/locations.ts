/** Where a command finds what it works on. */
export interface Locations {
  readonly configFile: string
  readonly dataFolder: string
}

/** What the command line (`--config`, `--data`) and the environment say. */
export interface LocationValues {
  readonly config?: string | undefined
  readonly data?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Flags win over `EDGE_CONFIG` and `EDGE_DATA`, and these over the defaults; an empty value is none. */
export function locations({ config, data, env }: LocationValues): Locations {
  return {
    configFile: firstGiven(config, env['EDGE_CONFIG']) ?? 'config/server.yaml',
    dataFolder: firstGiven(data, env['EDGE_DATA']) ?? 'data',
  }
}

function firstGiven(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '')
}
