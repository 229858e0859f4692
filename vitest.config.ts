import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, environment: 'node' as const },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 5_000),
      project('integration', ['test/integration/**/*.test.ts'], 30_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 120_000),
      project('load', ['test/load/**/*.test.ts'], 240_000),
      {
        test: {
          ...project('interop', ['test/interop/**/*.test.ts'], 120_000).test,
          globalSetup: 'test/interop/global-setup.ts',
        },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
