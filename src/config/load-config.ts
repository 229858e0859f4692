import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { type Clock, systemClock } from '../base/clock.ts'
import { ownAddresses } from '../base/own-addresses.ts'
import type { Problem } from '../base/problem.ts'
import { checkConfig } from './config-checks.ts'
import { type ConfigResult, freezeConfig } from './config-result.ts'
import { configFileSchema } from './config-file.ts'
import { isConsequence } from './consequences.ts'
import { configWarnings } from './config-warnings.ts'
import { type LocatedProblem, formatPath } from './located-problem.ts'
import { handOverProblems } from './service-hand-over.ts'
import { nothingIn } from './whole-file.ts'
import { parseConfig } from './parse-config.ts'
import { checkReferencedFiles, resolvePaths } from './referenced-files.ts'
import { type YamlSource, readYaml } from './yaml-source.ts'

export interface LoadOptions {
  readonly clock?: Clock
  /** Stands in for Server.Name and Server.Fqdn where the file has none. */
  readonly hostName?: string
  /** The machine's. */
  readonly addresses?: readonly string[]
  /** Runs the modules of agents, to see whether they load: before a service does. */
  readonly tryModules?: boolean
}

/** Reads and checks a configuration file and the files it names. Never rejects. */
export async function loadConfig(file: string, options: LoadOptions = {}): Promise<ConfigResult> {
  try {
    return await checkConfigText(await readFile(file, 'utf8'), file, options)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = missing
      ? 'there is no such file; name another with --config or EDGE_CONFIG'
      : `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    return { problems: [{ file, path: '', message: reason }] }
  }
}

/** Checks the text of a configuration as if it stood in `file`. */
export async function checkConfigText(
  text: string,
  file: string,
  options: LoadOptions = {},
): Promise<ConfigResult> {
  const { clock = systemClock, hostName = hostname(), addresses = ownAddresses() } = options
  const source = readYaml(text, configFileSchema)
  const nothing = nothingIn(text, source)
  if (nothing !== undefined) return { problems: [{ file, path: '', message: nothing }] }
  const parsed = parseConfig(source, hostName)
  const config = resolvePaths(parsed.config, dirname(resolve(file)))
  const serverIsKnown =
    source.wellFormed && !parsed.problems.some(concernsRole) && !source.isBroken(['Server', 'Role'])
  const files = await checkReferencedFiles(config, {
    clock,
    tryModules: options.tryModules ?? false,
  })
  const found = serverIsKnown ? checkConfig(config) : []
  const known = [...source.problems, ...parsed.problems, ...found]
  // Which connector takes what can be told only when all of them are right by themselves.
  if (serverIsKnown && !known.some(({ path }) => path[0] === 'ReceiveConnectors'))
    found.push(...handOverProblems(config, addresses))
  found.push(...files.problems)
  const isUnread = (path: Problem['path']) =>
    source.isBroken(path) || parsed.problems.some((problem) => begins(problem.path, path))
  const inFile = (problem: Problem) => ({ ...problem, path: parsed.sourcePath(problem.path) })
  const locate = (problem: Problem) => located(problem, source, file)
  const problems = [
    ...source.problems.map((problem) => ({ ...locate(problem), ...problem.position })),
    ...parsed.problems.map(locate),
    ...found
      .map(inFile)
      .filter(({ path }) => !isConsequence(path, isUnread))
      .map(locate),
  ]
  if (problems.length > 0) return { problems: problems.sort(byPlace) }
  const warnings = [...source.remarks, ...configWarnings(config, files, clock.now())]
  return {
    config: freezeConfig(config),
    warnings: warnings.map(locate).sort(byPlace),
    sections: source.sections,
  }
}

/** Without the role no rule between settings can be judged. */
function concernsRole({ path: [section, setting = 'Role'] }: Problem): boolean {
  return section === 'Server' && setting === 'Role'
}

function begins(path: Problem['path'], start: Problem['path']): boolean {
  return start.every((step, at) => step === path[at])
}

function located(problem: Problem, source: YamlSource, file: string): LocatedProblem {
  const name = entryName(source.value, problem.path)
  return {
    file,
    ...source.position(problem.path),
    path: formatPath(problem.path),
    ...(name !== undefined && { name }),
    message: problem.message,
  }
}

/** What the entry that `path` leads into is called in the file. */
function entryName(value: YamlSource['value'], path: Problem['path']): string | undefined {
  const [section = '', index] = path
  const entries = value[section]
  if (!Array.isArray(entries) || typeof index !== 'number') return undefined
  const entry = entries[index] as Readonly<Record<string, unknown>> | undefined
  const name = entry?.['Name'] ?? entry?.['DomainName'] ?? entry?.['UserName']
  return typeof name === 'string' && name !== '' ? name : undefined
}

function byPlace(a: LocatedProblem, b: LocatedProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
