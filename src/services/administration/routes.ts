import type { RouteReport, Routes } from '../../admin/cmdlets/tests/test-route.ts'
import { domainOf } from '../../message/envelope.ts'
import { formatAddressSpace } from '../../pipeline/address-space.ts'
import type { Candidate } from '../../pipeline/routing.ts'
import { targetEndpoint } from '../../deliver/smtp/target.ts'
import { replyText } from '../../smtp/reply.ts'
import { stepText } from '../resolution-text.ts'
import { type ExplainedRecipient, type ExplainedRoute, explainedRoute } from './explained-route.ts'
import { currentConfig } from './current-config.ts'

/** The routing of a configuration file. */
export function fileRoutes(configFile: string): Routes {
  return {
    async explain(address, size) {
      return reportsOf(await explainedRoute(await currentConfig(configFile), address, size))
    },
  }
}

/** One for each who gets the mail, and for each who does not. */
function reportsOf({ resolved, routes, others }: ExplainedRecipient): RouteReport[] {
  const resolution = resolved.steps.map(stepText)
  if (others > 0) resolution.push(`${others} more recipients are not shown`)
  const unrouted = [
    ...resolved.failed.map(({ recipient, reply }) => unroutedReport(recipient, 'Failed', reply)),
    ...resolved.deferred.map((one) => unroutedReport(one, 'Deferred', one.lastError ?? '')),
  ]
  return [...routes.map(reportOf), ...unrouted].map((report) => ({ ...report, resolution }))
}

type RoutedReport = Omit<RouteReport, 'resolution'>

function unroutedReport(
  { address }: { readonly address: string },
  status: 'Failed' | 'Deferred',
  details: string,
): RoutedReport {
  return {
    ...{ finalRecipient: address, domain: domainOf(address), status, details },
    ...{ acceptedDomain: undefined, domainType: undefined, sendConnector: undefined },
    ...{ deliveryType: undefined, nextHopDomain: undefined, nextHops: [], candidates: [] },
  }
}

function reportOf({ explanation, hops, place }: ExplainedRoute): RoutedReport {
  const { address, domain, acceptedDomain, candidates, route } = explanation
  const queue = route.kind === 'connector' ? route.queue : undefined
  return {
    finalRecipient: address,
    domain,
    acceptedDomain: acceptedDomain?.DomainName,
    domainType: acceptedDomain?.DomainType,
    sendConnector: queue?.nextHopConnector,
    deliveryType: queue?.deliveryType,
    nextHopDomain: queue?.nextHopDomain,
    nextHops: place === undefined ? hostsOf(hops) : [place],
    ...outcomeOf({ explanation, ...(hops !== undefined && { hops }) }),
    candidates: candidates.map(candidateText),
  }
}

function hostsOf(hops: ExplainedRoute['hops']): readonly string[] {
  return hops?.kind === 'targets' ? hops.targets.map(hostText) : []
}

function outcomeOf({
  explanation: { route },
  hops,
}: ExplainedRoute): Pick<RouteReport, 'status' | 'details'> {
  switch (route.kind) {
    case 'unreachable':
      return { status: 'Unreachable', details: route.reason }
    case 'failed':
      return { status: 'Failed', details: replyText(route.reply) }
    case 'connector':
      return hops === undefined || hops.kind === 'targets'
        ? { status: 'Success', details: '' }
        : { status: 'NoNextHop', details: hops.error }
  }
}

function hostText(
  target: Parameters<typeof targetEndpoint>[0] & { readonly host: string },
): string {
  const endpoint = targetEndpoint(target)
  return target.host === target.address ? endpoint : `${target.host} ${endpoint}`
}

function candidateText({ connector, space, verdict }: Candidate): string {
  const by = space === undefined ? '' : ` by ${formatAddressSpace(space)}`
  return `${connector.Name}: ${verdict}${by}`
}
