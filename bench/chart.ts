/** `npm run bench:chart`: draws the chart of a result, see `usage`. Exit code 1 when it cannot, 2 for a wrong command line. */
import { readFile, writeFile } from 'node:fs/promises'
import type { BenchResult } from './result.ts'
import { chartSvg } from './svg-chart.ts'

const usage = `Usage: npm run bench:chart [-- FROM.json [TO.svg]]

Draws the result that \`npm run bench\` wrote to FROM.json (default docs/bench.json) as a chart in TO.svg
(default docs/bench.svg, which docs/speed.md shows).
`

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage)
    return 0
  }
  const [from = 'docs/bench.json', to = 'docs/bench.svg', ...more] = args
  if (more.length > 0 || args.some((arg) => arg.startsWith('-'))) {
    process.stderr.write(usage)
    return 2
  }
  try {
    await writeFile(to, chartSvg(JSON.parse(await readFile(from, 'utf8')) as BenchResult))
    return 0
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`bench: no chart of ${from}: ${reason}\n`)
    return 1
  }
}

process.exitCode = await main(process.argv.slice(2))
