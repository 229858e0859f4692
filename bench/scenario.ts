import type { Ground } from './ground.ts'
import type { ScenarioResult } from './result.ts'

/** One thing that is measured, by the name it has on the command line. */
export interface Scenario {
  readonly name: string
  /** What happens, in a few words. */
  readonly title: string
  /** Part of a run without names; the others take long. */
  readonly isDefault: boolean
  run(ground: Ground): Promise<ScenarioResult>
}
