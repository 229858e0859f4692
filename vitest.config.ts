import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Where threads and processes of the tests tell which lines they ran; `npm run test:coverage` reads it. */
const coverage = process.env['EDGE_TEST_COVERAGE']

/** The time limits only end what hangs: none is reached on a machine that is busy with other things. */
const project = (name: string, include: string[], testTimeout: number) => ({
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    environment: 'node' as const,
    setupFiles: ['test/support/bounded-properties.ts'],
    ...(coverage !== undefined && { env: { NODE_V8_COVERAGE: coverage } }),
  },
})

/** These have the machine to themselves: they load it, or need its well-known ports. */
const oneByOne = ({ test }: ReturnType<typeof project>, more: { globalSetup?: string } = {}) => ({
  test: { ...test, ...more, fileParallelism: false },
})

export default defineConfig({
  test: {
    // Most tests wait for processes and timers: two at a time keep two cores no more than busy.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 60_000),
      project('integration', ['test/integration/**/*.test.ts'], 120_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 240_000),
      oneByOne(project('load', ['test/load/**/*.test.ts'], 240_000)),
      oneByOne(project('interop', ['test/interop/**/*.test.ts'], 120_000), {
        globalSetup: 'test/interop/global-setup.ts',
      }),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
