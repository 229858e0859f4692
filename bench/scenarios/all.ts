import type { Scenario } from '../scenario.ts'
import { kept, oneMegabyte, perConnection, twentyMegabytes } from './smtp-source.ts'

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [kept, perConnection, oneMegabyte, twentyMegabytes]
