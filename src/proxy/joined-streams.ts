import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../base/clock.ts'
import type { Milliseconds } from '../base/time-span.ts'

/** How two joined streams came to their end. */
export interface JoinResult {
  /** Octets that went from the first to the second, and back. */
  readonly forward: number
  readonly backward: number
  /** Why they were cut; undefined when both sides ended in order. */
  readonly fault?: string
}

export interface JoinOptions {
  readonly clock: Clock
  /** Both are cut when nothing moves for so long. */
  readonly idleTimeout: Milliseconds
}

/**
 * Passes octets between two streams with back pressure until both have ended; the end of one side is
 * passed on, and the other may still speak. A fault of one cuts both. Never rejects; afterwards both
 * are destroyed.
 */
export function joinStreams(
  first: Duplex,
  second: Duplex,
  { clock, idleTimeout }: JoinOptions,
): Promise<JoinResult> {
  return new Promise((resolve) => {
    const counts = { forward: 0, backward: 0 }
    let lastMove = clock.monotonic()
    let openDirections = 2
    let timer: Timer | undefined

    const finish = (fault?: string) => {
      if (openDirections < 0) return
      openDirections = -1
      timer?.cancel()
      first.destroy()
      second.destroy()
      resolve({ ...counts, ...(fault !== undefined && { fault }) })
    }
    const watch = () => {
      const rest = lastMove + idleTimeout - clock.monotonic()
      if (rest <= 0) finish('nothing moved for too long')
      else timer = clock.after(rest, watch)
    }
    const passOn = (from: Duplex, to: Duplex, direction: keyof typeof counts) => {
      // So that the end of its input does not end its output.
      from.allowHalfOpen = true
      from.on('data', (chunk: Buffer) => {
        counts[direction] += chunk.length
        lastMove = clock.monotonic()
        if (!to.write(chunk)) from.pause()
      })
      to.on('drain', () => {
        lastMove = clock.monotonic()
        from.resume()
      })
      from.once('end', () => to.end())
      to.once('finish', () => {
        openDirections--
        if (openDirections === 0) finish()
      })
      from.on('error', (error) => finish(error.message))
      from.once('close', () => {
        if (!endedInOrder(from)) finish('the connection was cut')
      })
      from.resume()
    }

    passOn(first, second, 'forward')
    passOn(second, first, 'backward')
    watch()
    if (first.destroyed || second.destroyed) finish('the connection was cut')
  })
}

function endedInOrder(stream: Duplex): boolean {
  return stream.readableEnded && stream.writableFinished
}
