/**
 * `npm run bench`: the relay beside Debian's Postfix, see `usage`. Exit code 1 when a message was lost
 * or a server does not flush, 2 for a wrong command line or a machine that lacks a program, 130 when
 * interrupted.
 */
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hindranceTo } from '../test/support/debian-programs.ts'
import { testCertificate } from '../test/support/test-certificate.ts'
import { type Arguments, UsageError, parseArguments, usage } from './arguments.ts'
import { ConfigurationPrint } from './configuration-print.ts'
import type { BenchCertificate, Ground } from './ground.ts'
import { describeMachine, machineLine } from './machine.ts'
import { Progress } from './progress.ts'
import { report } from './report-table.ts'
import { type BenchResult, RunFailed, type ScenarioResult } from './result.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios/all.ts'

/** Of others, that servers and load are made of. */
const programs = [
  ...(['postfix', 'postconf', 'postmap', 'smtp-source', 'smtp-sink'] as const),
  ...(['saslpasswd2', 'strace', 'taskset'] as const),
]

const exitCodes = { fine: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** A P-256 key, as the relay's own certificates have: what a careful administrator takes today. */
async function makeCertificate(folder: string): Promise<BenchCertificate> {
  const names = ['edge.contoso.test', 'mail.contoso.test', 'sink.example.test'] as const
  const { cert, key } = await testCertificate(names)
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  await writeFile(files.certFile, cert)
  await writeFile(files.keyFile, key, { mode: 0o600 })
  return { cert, key, ...files }
}

async function runScenario(ground: Ground, scenario: Scenario): Promise<ScenarioResult> {
  const { name, title } = scenario
  try {
    return await scenario.run(ground)
  } catch (error) {
    if (ground.signal.aborted || !(error instanceof Error)) throw error
    const failure = error instanceof RunFailed ? error.message : (error.stack ?? error.message)
    ground.progress.say(`FAILED ${name}: ${failure}`)
    return { name, title, configurations: {}, measures: [], notes: [], failure }
  }
}

async function runAll(options: Arguments, signal: AbortSignal): Promise<BenchResult> {
  const { rounds, quick, net } = options
  await using cleaning = new AsyncDisposableStack()
  const parent = await realpath(options.folder ?? tmpdir())
  const folder = await mkdtemp(join(parent, 'edge-bench-'))
  // Postfix's processes run as a user of their own, and must come by.
  await chmod(folder, 0o755)
  cleaning.defer(() => rm(folder, { recursive: true, force: true }))
  const machine = await describeMachine(folder)
  const progress = new Progress(process.stderr)
  process.stdout.write(`${machineLine(machine)}\n`)
  const ground: Ground = {
    ...{ folder, net, rounds, quick, signal, progress },
    configurations: new ConfigurationPrint((text) => process.stdout.write(text)),
    root: await realpath(options.root ?? new URL('..', import.meta.url).pathname),
    certificate: await makeCertificate(folder),
  }
  const results: ScenarioResult[] = []
  try {
    for (const [at, scenario] of options.scenarios.entries()) {
      signal.throwIfAborted()
      const { name, title } = scenario
      progress.say(`${at + 1} of ${options.scenarios.length}, ${name}: ${title}`)
      results.push(await runScenario(ground, scenario))
    }
  } catch (error) {
    // What was measured before an interruption is shown all the same.
    if (!signal.aborted) throw error
  }
  return { machine, rounds, quick, scenarios: results }
}

async function writeJson(file: string, result: BenchResult): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  // The configurations name the temporary folder, which means nothing to a reader.
  const text = JSON.stringify(result, null, 2).replaceAll(/[^\s"=]*\/edge-bench-\w+/g, 'FOLDER')
  await writeFile(file, `${text}\n`)
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage(scenarios))
    return exitCodes.fine
  }
  try {
    const options = parseArguments(args, scenarios)
    const hindrance = hindranceTo(programs)
    if (hindrance !== undefined) throw new UsageError(hindrance)
    const result = await runAll(options, signal)
    process.stdout.write(`\n${report(result)}`)
    signal.throwIfAborted()
    if (options.json !== undefined) await writeJson(options.json, result)
    return result.scenarios.some(({ failure }) => failure !== undefined)
      ? exitCodes.failed
      : exitCodes.fine
  } catch (error) {
    if (signal.aborted) {
      process.stderr.write('\nbench: interrupted\n')
      return exitCodes.interrupted
    }
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`bench: ${error.message}\n`)
    return exitCodes.usage
  }
}

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => interrupted.abort())
}
process.exitCode = await main(process.argv.slice(2), interrupted.signal)
