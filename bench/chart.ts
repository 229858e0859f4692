/** `npm run bench:chart [-- FROM.json [TO.svg]]`: draws the chart of a result, by default the README's. */
import { readFile, writeFile } from 'node:fs/promises'
import type { BenchResult } from './result.ts'
import { chartSvg } from './svg-chart.ts'

const [from = 'docs/bench.json', to = 'docs/bench.svg'] = process.argv.slice(2)
const result = JSON.parse(await readFile(from, 'utf8')) as BenchResult
await writeFile(to, chartSvg(result))
