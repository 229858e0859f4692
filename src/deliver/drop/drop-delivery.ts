import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import type { ConnectivityLog, ConnectivitySession } from '../../logs/connectivity-log.ts'
import { replayHead } from '../../queue/replay-head.ts'
import { type ServerNames, isUsable } from '../../pipeline/routable-connector.ts'
import type { ConnectionResult, DeliveryAgent, DeliveryLane } from '../../queue/delivery-agent.ts'
import { StoreError, type StoredContent } from '../../queue/queue-store.ts'
import type { Copy } from '../../queue/stored-message.ts'
import { FolderFault } from '../folder-fault.ts'
import { type HandedOver, forAll, serveCopies, unreadable } from '../handing-over.ts'
import { leavingContent } from '../leaving-content.ts'
import { queueDescription } from '../smtp/connectivity-texts.ts'
import { localWork } from '../local-work.ts'
import { DropFolder } from './drop-folder.ts'
import { type ForeignConnector, dropPlace } from './foreign-connector.ts'

export interface DropDeliveryOptions {
  readonly connectors: Live<readonly ForeignConnector[]>
  readonly server: Live<ServerNames>
  /** RootDropDirectoryPath. */
  readonly root: Live<string>
  readonly dataFolder: string
  readonly store: StoredContent
  readonly connectivityLog: ConnectivityLog
  readonly clock: Clock
  readonly logger: ProgramLog
}

/** After so many files other queues have their turn. */
const mostFiles = 100

/** Writes queues of Foreign connectors into Drop folders, a file in Replay form for each copy. */
export class DropDelivery implements DeliveryAgent {
  readonly #options: DropDeliveryOptions
  /** By connector; what is known of a folder holds as long as the connector leads there. */
  readonly #folders = new Map<string, DropFolder>()

  constructor(options: DropDeliveryOptions) {
    this.#options = options
  }

  async serve(lane: DeliveryLane, signal: AbortSignal): Promise<ConnectionResult> {
    lane.watch(localWork)
    const { connectors, server, connectivityLog, logger } = this.#options
    const name = lane.key.nextHopConnector
    const connector = connectors.current.find(({ Name }) => Name === name)
    if (connector === undefined || !isUsable(connector, server.current))
      return {
        kind: 'unroutable',
        error: `451 4.4.0 There is no enabled Foreign connector "${name}"`,
      }
    const session = connectivityLog.session({
      destination: lane.key.nextHopDomain,
      description: queueDescription(lane.key),
      source: 'GATEWAY',
    })
    const folder = this.#folderOf(connector)
    let end: ConnectionResult
    try {
      const handOver = (copy: Copy) => this.#handOver(copy, { connector, folder, session })
      end = await serveCopies(lane, signal, { handOver, most: mostFiles })
    } catch (error) {
      logger.error({ err: error, connector: name }, 'Writing to a Drop folder failed unexpectedly')
      end = { kind: 'unreachable', error: '451 4.3.0 Local error in delivery' }
    }
    session.end(end.kind === 'served' ? undefined : `Retry : ${end.error}`)
    return end
  }

  #folderOf(connector: ForeignConnector): DropFolder {
    const { root, dataFolder, clock, connectors } = this.#options
    const place = dropPlace(connector, { root: root.current, dataFolder })
    const known = this.#folders.get(connector.Name)
    if (known?.place.path === place.path) return known
    for (const name of this.#folders.keys())
      if (!connectors.current.some(({ Name }) => Name === name)) this.#folders.delete(name)
    const folder = new DropFolder(place, clock)
    this.#folders.set(connector.Name, folder)
    return folder
  }

  async #handOver(copy: Copy, { connector, folder, session }: Dropping): Promise<HandedOver> {
    const { message, recipients } = copy
    const { store, logger } = this.#options
    const name = `${fileNameOf(copy)}.eml`
    const head = replayHead(copy.message, copy.recipients)
    try {
      const { size, pieces } = await leavingContent(store, message)
      const content = withHead(head, pieces)
      await folder.put({ name, size: head.length + size, content }, connector.DropDirectoryQuota)
    } catch (error) {
      if (error instanceof FolderFault)
        return { results: [], end: { kind: 'unreachable', error: error.message } }
      if (!(error instanceof StoreError)) throw error
      return unreadable(copy, error, logger)
    }
    session.carried(message.size, recipients.length)
    return {
      results: forAll(copy, {
        outcome: 'delivered',
        reply: `250 2.0.0 Written to the Drop folder as ${name}`,
        // The file says who wants which notification: they are its reader's business else.
        dsnPassedOn: !connector.RelayDsnRequired,
      }),
    }
  }
}

interface Dropping {
  readonly connector: ForeignConnector
  readonly folder: DropFolder
  readonly session: ConnectivitySession
}

/** The same at every attempt, so that a file whose result was lost is not there twice. */
function fileNameOf({ id, message }: Copy): string {
  return `${message.networkMessageId ?? message.id}-${id}`
}

async function* withHead(head: Buffer, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head
  yield* content
}
