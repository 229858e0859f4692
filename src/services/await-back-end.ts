import type { Clock } from '../base/clock.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { ServiceTarget } from '../proxy/service-session.ts'
import { formatBinding } from '../receive/connectors/binding.ts'
import type { Dialer } from '../deliver/smtp/dialer.ts'
import { messageOf } from './service-ground.ts'

export interface AwaitBackEndOptions {
  /** The listeners of the Transport service that sessions are handed over to. */
  readonly targets: readonly ServiceTarget[]
  readonly dialer: Dialer
  readonly clock: Clock
  readonly logger: ProgramLog
  /** Ends the wait: the service is told to stop. */
  readonly signal: AbortSignal
}

const betweenTries: Milliseconds = second / 10
/** A start takes that long on a slow machine; then there is something to tell. */
const toldAfter: Milliseconds = 5 * second
const longestWait: Milliseconds = 15 * second

/**
 * Resolves when the Transport service takes connections: a client that came earlier would only be put off. After
 * a quarter of a minute it resolves all the same, for then clients had better read why than find nobody.
 */
export async function awaitBackEnd(options: AwaitBackEndOptions): Promise<void> {
  const { targets, clock, logger, signal } = options
  const start = clock.monotonic()
  let told = false
  for (const target of targets) {
    for (;;) {
      const reason = await refusal(target, options)
      if (reason === undefined || signal.aborted) break
      const waited = clock.monotonic() - start
      const place = `the Transport service at ${formatBinding(target)}`
      if (waited >= longestWait) {
        logger.warn(
          { reason },
          `${place} takes no connections; clients are listened for without it and are answered 451 until it does`,
        )
        return
      }
      if (!told && waited >= toldAfter) {
        told = true
        logger.warn({ reason }, `waiting for ${place} before clients are listened for`)
      }
      await clock.sleep(betweenTries, signal)
    }
  }
}

/** Why there is no connection; undefined when there was one, which is closed again. */
async function refusal(
  { address, port, source }: ServiceTarget,
  { dialer, signal }: AwaitBackEndOptions,
): Promise<string | undefined> {
  try {
    const bound = source !== undefined && { localAddress: source }
    const dialled = await dialer.dial(
      { host: address, address, port },
      { timeout: second, signal, ...bound },
    )
    dialled.socket.destroy()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
