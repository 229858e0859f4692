import type { QueueView } from '../../../queue/scheduler/queue-views.ts'
import { parameter } from '../../shell/cmdlet.ts'
import { list, oneOf } from '../../shell/parameter-types.ts'

/** Exchange's delivery types, those that never occur here too; what is in a queue; its states. */
const kinds = [
  ...(['DeliveryAgent', 'DnsConnectorDelivery', 'Heartbeat', 'MapiDelivery'] as const),
  ...(['NonSmtpGatewayDelivery', 'ShadowRedundancy', 'SmartHostConnectorDelivery'] as const),
  ...(['SmtpDeliveryToExo', 'SmtpDeliveryToMailbox', 'SmtpRelayToConnectorSourceServers'] as const),
  ...(['SmtpRelayToDag', 'SmtpRelayToMailboxDeliveryGroup'] as const),
  ...(['SmtpRelayToRemoteActiveDirectorySite', 'SmtpRelayToRemoteForest'] as const),
  ...(['SmtpRelayToServers', 'SmtpRelayToTiRg', 'SmtpRelayWithinAdSite'] as const),
  ...(['SmtpRelayWithinAdSiteToEdge', 'Undefined', 'Unreachable'] as const),
  ...(['Empty', 'External', 'Internal'] as const),
  ...(['Active', 'Connecting', 'Ready', 'Retry', 'Suspended'] as const),
] as const
type Kind = (typeof kinds)[number]

const oneKind = list(oneOf(kinds))

/** The parameters for kinds of queues. */
export const kindParameters = {
  Include: parameter(oneKind, {
    help: 'Only queues of these kinds: delivery types, Empty, External, Internal, or states.',
  }),
  Exclude: parameter(oneKind, { help: 'No queues of these kinds.' }),
}

/** Whether a queue is of a kind that is included, if any are named, and of none that is excluded. */
export function isOfKinds(
  view: QueueView,
  { Include, Exclude }: { readonly Include?: readonly Kind[]; readonly Exclude?: readonly Kind[] },
): boolean {
  const isAmong = (wanted: readonly Kind[]) => wanted.some((kind) => isOf(view, kind))
  return (Include === undefined || isAmong(Include)) && !isAmong(Exclude ?? [])
}

function isOf(view: QueueView, kind: Kind): boolean {
  if (kind === 'Empty') return view.MessageCount === 0
  return [view.DeliveryType, view.NextHopCategory, view.Status].some((each) => each === kind)
}
