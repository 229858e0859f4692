import { stringify } from 'yaml'
import type { Milliseconds } from '../../src/base/time-span.ts'
import { FakeMx } from './fake-mx.ts'
import { HangingHops, type HangingStage } from './hanging-hops.ts'
import { NameServer } from './name-server.ts'
import { RelayProcess, runEdge } from './relay-process.ts'
import { smartHostConnector } from './smart-host-connector.ts'
import { SmtpPeer } from './smtp-peer.ts'
import { manyFromOneSource } from './trusting-edge.ts'
import { until } from './until.ts'

export interface HangingScene {
  /** Third octet of the addresses 127.0.x.* that the scene uses. */
  readonly net: number
  readonly role: 'Edge' | 'Mailbox' | 'Mailbox, by the front end'
  readonly maxOutboundConnections: number
  readonly stage: HangingStage
  /** Whether each hanging domain has an address of its own. */
  readonly addresses: 'one' | 'many'
  readonly transportService?: Readonly<Record<string, unknown>>
}

/** Live mail, by what the relay knows of its next hop. */
export type LiveKind = 'proven domain' | 'new domain' | 'proven smart host' | 'new smart host'

export const liveKinds: readonly LiveKind[] = [
  ...(['proven domain', 'new domain', 'proven smart host', 'new smart host'] as const),
]

const recipientsPerMessage = 100
const ports = { smtp: 10_025, hop: 10_026, hanging: 10_027, proxy: 10_717, dns: 10_053 }

/** A relay beside next hops that hang, and others that do not. */
export class HangingRelay implements AsyncDisposable {
  readonly hops: HangingHops
  readonly relay: RelayProcess
  readonly #scene: HangingScene
  readonly #live: FakeMx
  readonly #parts: AsyncDisposableStack
  #sent = 0

  private constructor(
    scene: HangingScene,
    { hops, live, relay }: { hops: HangingHops; live: FakeMx; relay: RelayProcess },
    parts: AsyncDisposableStack,
  ) {
    this.#scene = scene
    this.hops = hops
    this.#live = live
    this.relay = relay
    this.#parts = parts
  }

  static async start(scene: HangingScene): Promise<HangingRelay> {
    await using parts = new AsyncDisposableStack()
    const host = addressesOf(scene)
    const hops = parts.use(await HangingHops.start(scene.stage, ports.hanging))
    const live = parts.use(await FakeMx.start({ address: host.live, port: ports.hop }))
    parts.use(
      await NameServer.start({ address: host.dns, port: ports.dns }, (name, type) => {
        if (type === 'mx') return { mx: [`mx.${name}`] }
        if (!name.includes('hang')) return { a: [host.live] }
        return { a: [scene.addresses === 'one' ? '127.99.0.1' : ownAddress(name)] }
      }),
    )
    const services = scene.role === 'Edge' ? ['Transport'] : ['Transport', 'FrontendTransport']
    const relay = parts.use(await RelayProcess.start({ config: config(scene), services }))
    const scenery = new HangingRelay(scene, { hops, live, relay }, parts.move())
    await scenery.#deliver('proven domain', 0)
    await scenery.#deliver('proven smart host', 0)
    return scenery
  }

  /** Takes in one copy for each of so many hanging domains, by messages of a hundred recipients. */
  async fill(domains: number): Promise<void> {
    await using peer = await this.#peer()
    for (let first = 0; first < domains; first += recipientsPerMessage) {
      const count = Math.min(recipientsPerMessage, domains - first)
      const to = Array.from({ length: count }, (_, at) => `u@d${first + at}.hang${first + at}.test`)
      await this.#submit(peer, 'bulk@sender.example', to)
    }
  }

  /** Sends a message of each kind at once; resolves with the times until they have arrived. */
  async deliverLive(round: number): Promise<Readonly<Record<LiveKind, Milliseconds>>> {
    const times = await Promise.all(liveKinds.map((kind) => this.#deliver(kind, round)))
    const entries = liveKinds.map((kind, at) => [kind, times[at] ?? Infinity] as const)
    return Object.fromEntries(entries) as Record<LiveKind, Milliseconds>
  }

  /** The LastError of every queue whose is like this, by Get-Queue. */
  async lastErrors(like: string): Promise<readonly string[]> {
    const line = `Get-Queue -ResultSize Unlimited -Filter "LastError -like '${like}'" | % LastError`
    const place = ['--data', this.relay.dataFolder]
    const { stdout, stderr } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
    return (stdout + stderr).trim().split('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First, so that the relay has nobody to wait for.
    await this.hops[Symbol.asyncDispose]()
    await this.#parts.disposeAsync()
  }

  async #deliver(kind: LiveKind, round: number): Promise<Milliseconds> {
    const recipient = `live${++this.#sent}@${domainOf(kind, round)}`
    const begun = performance.now()
    await using peer = await this.#peer()
    await this.#submit(peer, 'ana@sender.example', [recipient])
    const isIt = (line: string) => line.includes(recipient)
    await until(() => this.#live.messages.some(({ recipients }) => recipients.some(isIt)))
    return performance.now() - begun
  }

  async #peer(): Promise<SmtpPeer> {
    return await SmtpPeer.greeted({ host: addressesOf(this.#scene).relay, port: ports.smtp })
  }

  async #submit(peer: SmtpPeer, from: string, to: readonly string[]): Promise<void> {
    const lines = [`MAIL FROM:<${from}>`, ...to.map((one) => `RCPT TO:<${one}>`), 'DATA']
    for (const line of lines) peer.write(`${line}\r\n`)
    for (const line of lines) {
      const reply = await peer.reply()
      if (!/^[23]/.test(reply)) throw new Error(`${line}: ${reply}`)
    }
    const end = await peer.command('Subject: load\r\n\r\nload\r\n.')
    if (!end.startsWith('250')) throw new Error(end)
  }
}

function domainOf(kind: LiveKind, round: number): string {
  switch (kind) {
    case 'proven domain':
      return 'live.test'
    case 'new domain':
      return `new${round}.test`
    case 'proven smart host':
      return 'inside.example'
    case 'new smart host':
      return `inside${round}.example`
  }
}

/** 127.100.0.1 and so on, by the number in the name. */
function ownAddress(name: string): string {
  const number = Number(/hang(\d+)/.exec(name)?.[1] ?? 0)
  return `127.${100 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
}

function addressesOf({ net }: HangingScene) {
  return { relay: `127.0.${net}.1`, live: `127.0.${net}.2`, dns: `127.0.${net}.53` }
}

function config(scene: HangingScene): string {
  const host = addressesOf(scene)
  const live = { address: host.live, port: ports.hop }
  const proxied = scene.role === 'Mailbox, by the front end' ? { FrontendProxyEnabled: true } : {}
  const hangingDomains = ['*.test']
  return stringify({
    Server: {
      ...{ Name: 'LOAD01', Fqdn: 'load01.relay.example' },
      Role: scene.role === 'Edge' ? 'Edge' : 'Mailbox',
    },
    AcceptedDomains: [{ DomainName: 'home.example' }],
    ReceiveConnectors: receiveConnectors(scene),
    SendConnectors: [
      ...['inside', 'inside1', 'inside2', 'inside3', 'inside4'].map((name) => ({
        ...smartHostConnector(name, `${name}.example`, live),
        ...proxied,
      })),
      { Name: 'To Internet', AddressSpaces: hangingDomains, Port: ports.hanging, ...proxied },
      {
        ...{ Name: 'To live ones', Port: ports.hop, ...proxied },
        AddressSpaces: ['live.test', 'new1.test', 'new2.test', 'new3.test', 'new4.test'],
      },
    ],
    TransportService: {
      InternalDNSServers: `${host.dns}:${ports.dns}`,
      MaxOutboundConnections: scene.maxOutboundConnections,
      MaxPerDomainOutboundConnections: Math.min(40, scene.maxOutboundConnections),
      ...scene.transportService,
    },
  })
}

function receiveConnectors(scene: HangingScene): readonly Readonly<Record<string, unknown>>[] {
  const host = addressesOf(scene)
  const trusted = {
    ...{ Name: 'Trusted', Bindings: `${host.relay}:${ports.smtp}`, RemoteIPRanges: '127.0.0.0/8' },
    ...{ AuthMechanism: 'Tls, ExternalAuthoritative', PermissionGroups: 'ExchangeServers' },
    ...manyFromOneSource,
  }
  if (scene.role === 'Edge') return [trusted]
  return [
    trusted,
    {
      ...{ Name: 'Outbound Proxy', TransportRole: 'FrontendTransport' },
      ...{ Bindings: `${host.relay}:${ports.proxy}`, RemoteIPRanges: '127.0.0.0/8' },
      ...{ AuthMechanism: 'Tls, ExchangeServer', PermissionGroups: 'ExchangeServers' },
      ...{ MaxInboundConnection: 'unlimited', ...manyFromOneSource },
    },
  ]
}
