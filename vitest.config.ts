import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
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
      project('unit', ['test/unit/**/*.test.ts'], 5_000),
      project('integration', ['test/integration/**/*.test.ts'], 30_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 120_000),
      oneByOne(project('load', ['test/load/**/*.test.ts'], 240_000)),
      oneByOne(project('interop', ['test/interop/**/*.test.ts'], 120_000), {
        globalSetup: 'test/interop/global-setup.ts',
      }),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
