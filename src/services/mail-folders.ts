import { mapLive } from '../base/live.ts'
import type { MessageSink } from '../message/message-sink.ts'
import { MailFolders } from '../pickup/mail-folders.ts'
import type { ServiceGround } from './service-ground.ts'

/** Begins to take mail from the Pickup and Replay folders. Of several workers the first does it, for all. */
export function serveMailFolders(
  { worker, config, dataFolder, clock, logger }: ServiceGround,
  sink: MessageSink,
): MailFolders | undefined {
  if (worker.number !== 1 || worker.drainOnly) return undefined
  const { Name, Fqdn } = config.current.Server
  const folders = new MailFolders({
    settings: mapLive(config, ({ TransportService }) => TransportService),
    dataFolder,
    sink,
    server: { Name, Fqdn },
    ownUser: process.getuid?.(),
    clock,
    log: logger,
  })
  folders.start()
  return folders
}
