import type { Endpoint } from '../message/message-sink.ts'

/** Where the hosts of the lab are. */
export interface LabLayout {
  readonly relay: {
    /** The address its listeners bind. */
    readonly bind: string
    /** Its address as others, and the zones, see it. */
    readonly address: string
    /** What a person's client connects to. */
    readonly host: string
  }
  readonly dns: Endpoint
  /** The Internet's two mail hosts; mail exchangers are always on port 25. */
  readonly mx1: Endpoint
  readonly mx2: Endpoint
  /** An address where nothing listens. */
  readonly dead: string
  /** The organisation's own server, which the relay reaches as a smart host. */
  readonly internal: Endpoint
  /** The partner's smart host, which wants a password over TLS. */
  readonly partner: Endpoint
}

/** Everything on one machine. The relay binds one address, so that others keep their port 25. */
export const loopbackLayout: LabLayout = {
  relay: { bind: '127.0.0.1', address: '127.0.0.1', host: '127.0.0.1' },
  dns: { address: '127.0.0.53', port: 5353 },
  mx1: { address: '127.0.0.25', port: 25 },
  mx2: { address: '127.0.0.26', port: 25 },
  dead: '127.0.0.99',
  internal: { address: '127.0.0.10', port: 2526 },
  partner: { address: '127.0.0.20', port: 2587 },
}

/** The containers of docker/compose.yaml. */
export const composeLayout: LabLayout = {
  relay: { bind: '0.0.0.0', address: '172.30.1.10', host: 'relay' },
  dns: { address: '172.30.1.20', port: 5353 },
  mx1: { address: '172.30.1.20', port: 25 },
  mx2: { address: '172.30.2.20', port: 25 },
  dead: '172.30.1.99',
  internal: { address: '172.30.1.20', port: 2526 },
  partner: { address: '172.30.1.20', port: 2587 },
}

/** The layouts by the names a command line gives them. */
export const labLayouts = { loopback: loopbackLayout, compose: composeLayout } as const
export type LabLayoutName = keyof typeof labLayouts
