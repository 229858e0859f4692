import {
  type BenchOptions,
  deliveryBench,
  dnsQueue,
  MemoryLane,
  testCopy,
} from './delivery-bench.ts'
import { FakeMx, type FakeMxOptions } from './fake-mx.ts'

/** Where the fake is. */
export const zones = { 'good.test': { a: ['127.0.0.1'] } }

/** What `testCopy` makes each of. */
export type Copies = readonly Parameters<typeof testCopy>[]

/** Delivers copies to one fake MX and tells what came of it. */
export async function deliver(
  options: FakeMxOptions,
  copies: Copies = [[['a@good.test', 'b@good.test', 'c@good.test']]],
  bench: BenchOptions = {},
) {
  await using fake = await FakeMx.start(options)
  const connector = { Port: fake.port, ...bench.connector }
  await using whole = deliveryBench({ zones, ...bench, connector })
  const { delivery } = whole
  const lane = new MemoryLane(
    dnsQueue('good.test'),
    copies.map((one) => testCopy(...one)),
  )
  const result = await delivery.serve(lane, new AbortController().signal)
  return { fake, lane, result }
}
