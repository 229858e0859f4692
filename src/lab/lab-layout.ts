import type { Endpoint } from '../message/message-sink.ts'

/** The ports of the relay's five connectors. */
export interface RelayPorts {
  readonly smtp: number
  readonly submission: number
  /** TLS on connect. */
  readonly submissions: number
  readonly outboundProxy: number
  readonly transport: number
}

/** Where the hosts of the lab are. */
export interface LabLayout {
  readonly relay: {
    /** The address its listeners bind. */
    readonly bind: string
    /** Its address as others, and the zones, see it. */
    readonly address: string
    /** What a person's client connects to. */
    readonly host: string
    readonly ports: RelayPorts
  }
  readonly dns: Endpoint
  /** The Internet's two mail hosts, at one port, to which the relay's connectors send by MX. */
  readonly mx1: Endpoint
  readonly mx2: Endpoint
  /** An address where nothing listens. */
  readonly dead: string
  /** The organisation's own server, which the relay reaches as a smart host. */
  readonly internal: Endpoint
  /** The partner's smart host, which wants a password over TLS. */
  readonly partner: Endpoint
}

/** How much higher than the well-known ones the ports are that everybody may use. */
const highPortsFrom = 10_000

const usualPorts: RelayPorts = {
  smtp: 25,
  submission: 587,
  submissions: 465,
  outboundProxy: 717,
  transport: 2525,
}

/** Where a lab is, and where its files are. */
export interface LabPlace {
  readonly layout: LabLayout
  readonly folder: string
}

/** Everything on one machine. The relay binds one address, so that others keep their port 25. */
export const loopbackLayout: LabLayout = {
  relay: { bind: '127.0.0.1', address: '127.0.0.1', host: '127.0.0.1', ports: usualPorts },
  dns: { address: '127.0.0.53', port: 10_053 },
  mx1: { address: '127.0.0.25', port: 25 },
  mx2: { address: '127.0.0.26', port: 25 },
  dead: '127.0.0.99',
  internal: { address: '127.0.0.10', port: 2526 },
  partner: { address: '127.0.0.20', port: 2587 },
}

/**
 * The same where 127.0.0.1 is the only address of its kind, as on macOS: the Internet's mail hosts have a
 * port of their own, and the second of them is at ::1.
 */
const oneAddressLayout: LabLayout = {
  relay: { ...loopbackLayout.relay, ports: higher(usualPorts) },
  dns: { address: '127.0.0.1', port: 10_053 },
  mx1: { address: '127.0.0.1', port: 20_025 },
  mx2: { address: '::1', port: 20_025 },
  dead: loopbackLayout.dead,
  internal: { address: '127.0.0.1', port: 20_026 },
  partner: { address: '127.0.0.1', port: 20_587 },
}

/** The containers of docker/compose.yaml. */
export const composeLayout: LabLayout = {
  relay: { bind: '0.0.0.0', address: '172.30.1.10', host: 'relay', ports: usualPorts },
  dns: { address: '172.30.1.20', port: 5353 },
  mx1: { address: '172.30.1.20', port: 25 },
  mx2: { address: '172.30.2.20', port: 25 },
  dead: '172.30.1.99',
  internal: { address: '172.30.1.20', port: 2526 },
  partner: { address: '172.30.1.20', port: 2587 },
}

/** The layouts by the names a command line gives them. */
export const labLayouts = {
  loopback: loopbackLayout,
  'one-address': oneAddressLayout,
  compose: composeLayout,
} as const
export type LabLayoutName = keyof typeof labLayouts

/** The layout without a port that needs rights: those below 1024, and the relay's, are 10,000 higher. */
export function withHighPorts(layout: LabLayout): LabLayout {
  const { relay, mx1, mx2 } = layout
  if (relay.ports.smtp > highPortsFrom) return layout
  const exchanger = (host: Endpoint) => ({ ...host, port: host.port + highPortsFrom })
  return {
    ...layout,
    relay: { ...relay, ports: higher(relay.ports) },
    mx1: exchanger(mx1),
    mx2: exchanger(mx2),
  }
}

function higher(ports: RelayPorts): RelayPorts {
  return {
    smtp: ports.smtp + highPortsFrom,
    submission: ports.submission + highPortsFrom,
    submissions: ports.submissions + highPortsFrom,
    outboundProxy: ports.outboundProxy + highPortsFrom,
    transport: ports.transport + highPortsFrom,
  }
}
