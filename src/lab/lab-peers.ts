import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { partnerCredential } from './lab-accounts.ts'
import { type LabDns, startLabDns } from './lab-dns.ts'
import type { LabLayout } from './lab-layout.ts'
import type { LabMessage } from './lab-message.ts'
import {
  type LabMailServer,
  type LabMailServerOptions,
  startLabMailServer,
} from './lab-mail-server.ts'
import { labZones } from './lab-zones.ts'

/** Where the folder of the lab has the partner's certificate, which a relay must trust to log in there. */
export const partnerCertificateFile = 'partner.pem'

export interface LabPeersOptions {
  readonly layout: LabLayout
  /** Holds the partner's certificate, and a folder of messages for each mail server. */
  readonly folder: string
  readonly onMessage?: (message: LabMessage) => void
}

/** Everything around the relay: the DNS, the Internet's mail hosts, the internal server, the partner. */
export interface LabPeers extends AsyncDisposable {
  readonly dns: LabDns
  readonly mx1: LabMailServer
  readonly mx2: LabMailServer
  readonly internal: LabMailServer
  readonly partner: LabMailServer
  close(): Promise<void>
}

/**
 * Starts the hosts around the relay; when one cannot listen, the others are closed and it rejects with
 * a sentence for the user. A port 0 in the layout is any free one.
 */
export async function startLabPeers(options: LabPeersOptions): Promise<LabPeers> {
  await using started = new AsyncDisposableStack()
  const { mx1, mx2, dead, relay, partner, internal, dns } = options.layout
  const mailServer = async (folder: string, server: LabMailServerOptions) =>
    started.use(
      await startLabMailServer({
        ...server,
        folder: join(options.folder, folder),
        ...(options.onMessage !== undefined && { onMessage: options.onMessage }),
      }),
    )
  const zones = labZones({
    mx1: mx1.address,
    mx2: mx2.address,
    dead,
    relay: relay.address,
    partner: partner.address,
  })
  const peers = {
    dns: started.use(await startLabDns({ ...dns, zones })),
    mx1: await mailServer('mx1', { hostname: 'mx1.good.test', ...mx1 }),
    mx2: await mailServer('mx2', { hostname: 'mx2.good.test', ...mx2 }),
    internal: await mailServer('internal', { hostname: 'mail.contoso.test', ...internal }),
    partner: await mailServer('partner', {
      hostname: 'smarthost.partner.test',
      auth: partnerCredential,
      ...partner,
    }),
  }
  await writeFile(join(options.folder, partnerCertificateFile), peers.partner.certificate)
  const all = started.move()
  return {
    ...peers,
    close: () => all.disposeAsync(),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
