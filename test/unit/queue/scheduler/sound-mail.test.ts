import { expect, test } from 'vitest'
import { hour, minute } from '../../../../src/base/time-span.ts'
import { type QueueStore, StoreError } from '../../../../src/queue/queue-store.ts'
import { commitTo, domainQueue } from '../../../support/queue-samples.ts'
import { SchedulerBench } from '../../../support/scheduler-bench.ts'

const refused = () => Promise.reject(new StoreError('FAILED', 'the disk said no'))
const damaged = () => Promise.resolve('its content does not fit its checksum')

interface Unsound {
  readonly name: string
  readonly changes: Partial<QueueStore>
  readonly told: string
  readonly fails: boolean
}

test.each<Unsound>([
  {
    name: 'damaged',
    changes: { damageOf: damaged },
    told: 'is damaged: it is put aside and not sent',
    fails: true,
  },
  {
    name: 'damaged, and cannot be put aside,',
    changes: { damageOf: damaged, setAside: refused },
    told: 'is damaged, is not sent, and could not be put aside',
    fails: false,
  },
  {
    name: 'not to be read',
    changes: { damageOf: refused },
    told: 'cannot be read',
    fails: false,
  },
])('a message that is $name is not sent, and the next one is', async ({ changes, told, fails }) => {
  await using bench = new SchedulerBench()
  const { store } = bench
  const queue = domainQueue('first.test')
  const [[unsound], [sound]] = [await commitTo(store, [queue]), await commitTo(store, [queue])]
  if (unsound === undefined || sound === undefined) return expect.unreachable()
  store.release([unsound, sound])
  const { damageOf } = changes
  Object.assign(store, changes, {
    damageOf: (id: number) => (id === unsound.message.id ? damageOf?.(id) : undefined),
  })
  await bench.start()
  expect(bench.logged).toEqual([expect.stringContaining(told)])
  const delivered = () =>
    bench.events.flatMap((event) =>
      event.kind === 'delivered' && event.copy.queue === queue ? [event.copy.id] : [],
    )
  expect(delivered()).toEqual([sound.id])
  expect(bench.notices).toEqual(fails ? ['failed alice@example.com'] : [])
  if (fails) return
  // The trouble is over.
  Object.assign(store, { damageOf: () => undefined })
  await bench.advance(hour, minute)
  expect(delivered()).toEqual([sound.id, unsound.id])
})
