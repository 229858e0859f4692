import type { Scenario } from '../scenario.ts'
import { deep } from './deep.ts'
import { domains, recipients } from './domains.ts'
import { idle } from './idle.ts'
import { latency } from './latency.ts'
import {
  authenticated,
  authenticatedPerConnection,
  startTls,
  startTlsPerConnection,
} from './numbered.ts'
import { profile } from './profile.ts'
import { kept, oneMegabyte, perConnection, twentyMegabytes } from './smtp-source.ts'
import { verbose } from './verbose.ts'

/** Every scenario, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  kept,
  perConnection,
  recipients,
  oneMegabyte,
  twentyMegabytes,
  startTls,
  startTlsPerConnection,
  authenticated,
  authenticatedPerConnection,
  verbose,
  domains,
  latency,
  idle,
  deep,
  profile,
]
