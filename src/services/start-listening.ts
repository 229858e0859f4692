import type { ReceiveService } from '../receive/receive-service.ts'
import { CannotStart, messageOf } from './service-ground.ts'
import type { ListenerRow } from './service-messages.ts'

/** Opens the listeners; rejects with CannotStart, which says what stands in the way. */
export async function startListening(receive: ReceiveService): Promise<readonly ListenerRow[]> {
  try {
    return await receive.start()
  } catch (error) {
    throw new CannotStart(messageOf(error), [], { cause: error })
  }
}
