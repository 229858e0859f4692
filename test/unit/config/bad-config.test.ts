import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import { formatProblem } from '../../../src/config/located-problem.ts'

const folder = join(import.meta.dirname, '..', '..', 'bad-config')
const entries = await readdir(folder, { withFileTypes: true })
const cases = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)

/** Each case is a folder: a `server.yaml` and the lines that `edge check-config` prints for it. */
test.each(cases)('tells every problem of %s', async (name) => {
  const result = await loadConfig(join(folder, name, 'server.yaml'), { tryModules: true })
  const lines = 'problems' in result ? result.problems.map(formatProblem) : []
  const told = lines.map((line) => line.replaceAll(folder, '').replaceAll(`/${name}/`, ''))
  const expected = await readFile(join(folder, name, 'expected-problems.txt'), 'utf8')
  expect(told).toEqual(expected.trimEnd().split('\n'))
})
