import type { BenchResult, Figures, Round, ScenarioResult } from '../../bench/result.ts'

const megabyte = 1024 ** 2

/** Figures of one contestant with these rates. */
export function sampleFigures(label: string, rates: readonly number[]): Figures {
  const round = (rate: number): Round => ({
    ...{ rate, acceptRate: rate * 1.1, cpuPerThousand: 0.4 },
    ...{ residentBytes: 300 * megabyte, processes: 2 },
  })
  return {
    ...{ label, rounds: rates.map(round), proportionalBytes: 200 * megabyte },
    flushes: { alone: 1, together: 0.4 },
  }
}

export function sampleScenario(changes: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    ...{ name: 'kept', title: '20 sessions kept, 5 KB', messages: 8000 },
    ...{ configurations: {}, measures: [], notes: [] },
    ...changes,
  }
}

/** A result of these scenarios on a machine that does not exist. */
export function sampleResult(...scenarios: readonly ScenarioResult[]): BenchResult {
  return {
    machine: {
      ...{ processor: 'Example 9000', cores: 2, memoryBytes: 24 * 1024 * megabyte },
      ...{ kernel: '6.1', fileSystem: 'ext4', node: 'v26.0.0', postfix: '3.7.11' },
      date: '2026-01-02',
    },
    ...{ rounds: 3, quick: false, scenarios },
  }
}
