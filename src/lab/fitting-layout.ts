import { once } from 'node:events'
import { createServer } from 'node:net'
import {
  type LabLayout,
  type LabLayoutName,
  labLayouts,
  loopbackLayout,
  withHighPorts,
} from './lab-layout.ts'

export interface LayoutWish {
  /** Undefined: what this machine allows. */
  readonly name?: LabLayoutName
  readonly highPorts: boolean
}

/** A layout for this machine and account, and what was given up for it, in a sentence for the user. */
export interface FittingLayout {
  readonly layout: LabLayout
  readonly note?: string
}

/** Finds out what this machine and this account allow, by listening for a moment. */
export async function fittingLayout({ name, highPorts }: LayoutWish): Promise<FittingLayout> {
  if (name !== undefined) {
    const layout = labLayouts[name]
    return { layout: highPorts ? withHighPorts(layout) : layout }
  }
  const { relay, mx1 } = loopbackLayout
  if ((await listenFault(mx1.address, 0)) === 'EADDRNOTAVAIL') {
    const note = 'This machine has the one address 127.0.0.1, so the hosts differ by port.'
    return { layout: labLayouts['one-address'], note }
  }
  if (highPorts) return { layout: withHighPorts(loopbackLayout) }
  if ((await listenFault(relay.bind, relay.ports.smtp)) !== 'EACCES')
    return { layout: loopbackLayout }
  const note = 'Ports below 1024 are not for this account, so all are 10,000 higher.'
  return { layout: withHighPorts(loopbackLayout), note }
}

/** Why nobody can listen there; undefined when it works. */
async function listenFault(address: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen(port, address)
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : ''
  } finally {
    server.close()
  }
}
