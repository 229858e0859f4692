import { spawnSync } from 'node:child_process'
import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type FileCoverage, belowFloor, shareOf } from './coverage-floor.ts'
import { type Position, type ScriptCoverage, offsetsOf, ranAt } from './process-coverage.ts'

// Runs the unit and integration tests and says which lines of src/ none of them runs, those included that run in threads
// and in processes of their own. Exit code 1 when a test fails or the floor is not reached.

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'src/')
const report = join(root, 'coverage')
const processes = join(report, 'processes')

/** They measure what the compile cache gives, and Node keeps none while it counts. */
const unmeasurable = [
  'test/integration/compiled-ahead.test.ts',
  'test/integration/memory-at-rest.test.ts',
]

interface MeasuredFile {
  readonly path: string
  readonly statementMap: Readonly<Record<string, { readonly start: Position }>>
  readonly s: Readonly<Record<string, number>>
}

function runTests(): void {
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--project', 'unit', '--project', 'integration'],
      ...unmeasurable.flatMap((file) => ['--exclude', file]),
      ...['--coverage', '--coverage.reporter=json', `--coverage.reportsDirectory=${report}`],
      '--coverage.clean=false',
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, EDGE_TEST_COVERAGE: processes } },
  )
  if (status !== 0) process.exit(1)
}

/** The statements of a file in their order, and whether each ran. */
interface Statements {
  readonly file: string
  readonly starts: readonly Position[]
  readonly offsets: readonly number[]
  readonly ran: boolean[]
}

async function statementsOf({ path, statementMap, s }: MeasuredFile): Promise<Statements> {
  const inOrder = Object.entries(statementMap)
    .map(([key, { start }]) => ({ start, ran: (s[key] ?? 0) > 0 }))
    .sort((a, b) => a.start.line - b.start.line || a.start.column - b.start.column)
  const starts = inOrder.map(({ start }) => start)
  return {
    file: path.slice(source.length),
    starts,
    offsets: offsetsOf(await readFile(path, 'utf8'), starts),
    ran: inOrder.map(({ ran }) => ran),
  }
}

/** Adds what threads and processes told. One that was killed while it told left a file cut off. */
async function addProcesses(files: ReadonlyMap<string, Statements>): Promise<void> {
  for (const name of await readdir(processes)) {
    for (const script of scriptsIn(await readFile(join(processes, name), 'utf8'))) {
      const statements = files.get(script.url)
      if (statements === undefined) continue
      ranAt(script, statements.offsets).forEach((yes, at) => {
        if (yes) statements.ran[at] = true
      })
    }
  }
}

function scriptsIn(text: string): readonly ScriptCoverage[] {
  try {
    return (JSON.parse(text) as { readonly result: readonly ScriptCoverage[] }).result
  } catch {
    return []
  }
}

/** A line ran when a statement that begins on it did, in whatever process. */
function coverageOf({ file, starts, ran }: Statements): FileCoverage {
  const lines = new Map<number, boolean>()
  starts.forEach(({ line }, at) => {
    lines.set(line, lines.get(line) === true || ran[at] === true)
  })
  const missed = [...lines].filter(([, yes]) => !yes).map(([line]) => line)
  return { file, lines: lines.size, missed }
}

await rm(report, { recursive: true, force: true })
await mkdir(processes, { recursive: true })
runTests()
const measured = Object.values(
  JSON.parse(await readFile(join(report, 'coverage-final.json'), 'utf8')) as Readonly<
    Record<string, MeasuredFile>
  >,
)
const statements = new Map<string, Statements>()
for (const file of measured) {
  statements.set(pathToFileURL(file.path).href, await statementsOf(file))
}
await addProcesses(statements)
const files = [...statements.values()].map(coverageOf)
const folders = Map.groupBy(files, ({ file }) => file.replace(/\/.*/, ''))
for (const [folder, inside] of [...folders].sort()) {
  process.stdout.write(`${folder.padEnd(12)} ${shareOf(inside).toFixed(1).padStart(5)} %\n`)
}
process.stdout.write(`${'all'.padEnd(12)} ${shareOf(files).toFixed(1).padStart(5)} %\n`)
const problems = belowFloor(files)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
