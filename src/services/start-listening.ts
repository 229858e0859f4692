import type { ReceiveService } from '../receive/receive-service.ts'
import { CannotStart, messageOf } from './service-ground.ts'
import type { ListenerRow } from './workers/service-messages.ts'

/** Opens the listeners; rejects with CannotStart, which says what stands in the way. */
export async function startListening(receive: ReceiveService): Promise<readonly ListenerRow[]> {
  try {
    return await receive.start()
  } catch (error) {
    throw new CannotStart(messageOf(error), [], { cause: error })
  }
}

/** Why a service whose work is to receive mail can receive none; undefined while it can. */
export function listensOnNothing(receive: ReceiveService): string | undefined {
  if (receive.listeners().length > 0) return undefined
  return receive.isMeantToListen
    ? 'it listens on no port: none of the Bindings of its Receive connectors could be opened (see the program log)'
    : 'it listens on no port: it has no Receive connector that is enabled'
}
