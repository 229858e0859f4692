import { setFlagsFromString } from 'node:v8'
import type { Clock, Timer } from '../base/clock.ts'
import { second } from '../base/time-span.ts'

/** How often it is looked how much is kept. */
const interval = 5 * second
/** Queues from which on what is kept for them is most of the heap. */
const many = 10_000
/** Per cent by which V8's heap may grow before all of it is looked through; 0 is V8's own choice. */
const growth = { usual: 0, modest: 20 } as const

/** Megabytes of one half of a young generation. */
const smallYoung = 2

/**
 * Threads that start from here on have a small young generation; that of the main thread stays as it is.
 * The database thread's garbage is dead after each batch: more room gains it nothing, and is counted
 * twice, for V8 collects the whole heap that much later.
 */
export function keepThreadsSmall(): void {
  setFlagsFromString(`--max-semi-space-size=${smallYoung}`)
}

/**
 * V8 lets a heap grow to nearly three times of what is in use, which saves a tenth of the processor while
 * little is in use. With a hundred thousand queues it would be hundreds of megabytes: then it grows less.
 */
export function tendHeapGrowth(
  clock: Clock,
  queues: () => number,
  setFlags: (flags: string) => void = setFlagsFromString,
): Disposable {
  let timer: Timer
  let modest = false
  const look = () => {
    const wanted = queues() >= many
    if (wanted !== modest) {
      setFlags(`--heap-growing-percent=${wanted ? growth.modest : growth.usual}`)
    }
    modest = wanted
    timer = clock.after(interval, look)
  }
  look()
  return { [Symbol.dispose]: () => timer.cancel() }
}
