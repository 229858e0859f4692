import type { ServerRole } from '../../config/server-config.ts'

/** The services that run as processes of their own, by the name `edge start --service` takes. */
export const serviceNames = ['Transport', 'FrontendTransport'] as const
export type ServiceName = (typeof serviceNames)[number]

/** What an admin calls it. */
export const serviceTitles: Readonly<Record<ServiceName, string>> = {
  Transport: 'Transport',
  FrontendTransport: 'Front End Transport',
}

/** The services a role is made of; the one that owns mail first. */
export function servicesOf(role: ServerRole): readonly ServiceName[] {
  return role === 'Edge' ? ['Transport'] : ['Transport', 'FrontendTransport']
}
