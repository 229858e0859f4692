import type { RouteReport, Routes } from '../../admin/cmdlets/tests/test-route.ts'
import { formatAddressSpace } from '../../pipeline/address-space.ts'
import type { Candidate } from '../../pipeline/routing.ts'
import { targetEndpoint } from '../../deliver/smtp/target.ts'
import { replyText } from '../../smtp/reply.ts'
import { type ExplainedRoute, explainedRoute } from './explained-route.ts'
import { currentConfig } from './current-config.ts'

/** The routing of a configuration file. */
export function fileRoutes(configFile: string): Routes {
  return {
    async explain(address, size) {
      return reportOf(await explainedRoute(await currentConfig(configFile), address, size))
    },
  }
}

function reportOf({ explanation, hops, place }: ExplainedRoute): RouteReport {
  const { domain, acceptedDomain, candidates, route } = explanation
  const queue = route.kind === 'connector' ? route.queue : undefined
  return {
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
