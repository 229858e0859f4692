import { parseArgs } from 'node:util'
import { parseByteSize } from '../base/byte-size.ts'
import type { NextHop } from '../deliver/smtp/next-hop.ts'
import { targetEndpoint } from '../deliver/smtp/target.ts'
import { formatAddressSpace } from '../pipeline/address-space.ts'
import { formatNextHop } from '../pipeline/routable-connector.ts'
import type { Candidate, RouteExplanation } from '../pipeline/routing.ts'
import {
  type ExplainedRecipient,
  explainedRoute,
} from '../services/administration/explained-route.ts'
import { stepText } from '../services/resolution-text.ts'
import { isMailbox } from '../smtp/address.ts'
import { replyText } from '../smtp/reply.ts'
import { type Command, type CommandIo, UsageError, exitCodes } from './command-io.ts'
import { locations } from './locations.ts'
import { readConfig } from './read-config.ts'

/** `edge explain-route`: why a recipient goes where, without a message. */
export const explainRouteCommand: Command = {
  run,
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { size: { type: 'string' }, config: { type: 'string' } },
    allowPositionals: true,
  })
  const [given, more] = positionals
  if (given === undefined || more !== undefined) throw new UsageError('name one address')
  const address = given.replace(/^<(.*)>$/, '$1')
  if (!isMailbox(address)) throw new UsageError(`"${given}" is no address; try user@contoso.com`)
  const size = values.size === undefined ? 0 : parseByteSize(values.size)
  if (size === undefined) throw new UsageError(`"${values.size ?? ''}" is no size; try 10MB`)
  const config = await readConfig(locations({ ...values, env: io.env }).configFile, io)
  if (config === undefined) return exitCodes.toldError
  io.stdout.write(describe(await explainedRoute(config, address, size)))
  return exitCodes.fine
}

/** The steps of the directory, then the way of each who gets the mail. */
function describe({ address, resolved, routes, others }: ExplainedRecipient): string {
  const { steps, failed, deferred } = resolved
  const lines = [
    ...steps.map((step) => `Directory        ${stepText(step)}\n`),
    ...failed.map(({ recipient, reply }) => `Refused          ${recipient.address}: ${reply}\n`),
    ...deferred.map((one) => `Waits            ${one.address}: ${one.lastError ?? ''}\n`),
  ]
  const head = lines.length === 0 ? '' : `Asked for        ${address}\n${lines.join('')}`
  const parts = routes.map(
    ({ explanation, hops, place }) =>
      describeRoute(explanation) +
      (hops === undefined ? '' : describeHops(hops)) +
      (place === undefined ? '' : `Next place       ${place}\n`),
  )
  if (others > 0) parts.push(`and ${others} more recipients\n`)
  return [head, ...parts].filter((part) => part !== '').join('\n')
}

function describeRoute(explanation: RouteExplanation): string {
  const { address, acceptedDomain, candidates, domain, route } = explanation
  const ours =
    acceptedDomain === undefined
      ? `${domain} is not an accepted domain: only who may relay can send there`
      : `${acceptedDomain.DomainName} (${acceptedDomain.DomainType})`
  const lines = [
    `Recipient        ${address}`,
    `Accepted domain  ${ours}`,
    'Connectors',
    ...(candidates.length === 0 ? ['  none'] : candidates.map(describeCandidate)),
  ]
  switch (route.kind) {
    case 'connector':
      lines.push(`Winner           ${route.connector.Name}, ${formatNextHop(route.queue)}`)
      break
    case 'unreachable':
      lines.push(`Winner           none: the Unreachable queue (${route.reason})`)
      break
    case 'failed':
      lines.push(`Winner           none: ${replyText(route.reply)}`)
  }
  return `${lines.join('\n')}\n`
}

function describeCandidate({ connector, space, verdict }: Candidate): string {
  const by = space === undefined ? '' : ` by ${formatAddressSpace(space)}`
  return `  ${connector.Name}: ${verdict}${by}`
}

function describeHops(hop: NextHop): string {
  if (hop.kind !== 'targets') return `Next hosts       none now: ${hop.error}\n`
  const lines = hop.targets.map((target) => {
    const endpoint = targetEndpoint(target)
    return `  ${target.host === target.address ? endpoint : `${target.host} ${endpoint}`}`
  })
  return ['Next hosts, in the order tried', ...lines].join('\n') + '\n'
}
