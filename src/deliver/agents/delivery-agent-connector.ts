import { z } from 'zod'
import type { Problem } from '../../base/problem.ts'
import { byteSize, count, flag, list, text } from '../../base/setting-fields.ts'
import { parseTimeSpan, second } from '../../base/time-span.ts'
import { addressSpaceNotation, anyAddressSpace } from '../../pipeline/address-space.ts'

/** A Delivery Agent connector's settings, by Exchange's parameter names, and our own `Module` and `Settings`. */
export const deliveryAgentConnectorSchema = z.strictObject({
  Name: text(),
  Enabled: flag().default(true),
  Comment: text().default(''),
  AddressSpaces: list(anyAddressSpace(), addressSpaceNotation),
  /** Names of the servers that use the connector; none: this one. */
  SourceTransportServers: list(text()).default([]),
  /** Which agent delivers: `http-post`, `maildir`, or what the module calls its way. */
  DeliveryProtocol: text(),
  /** The ES module of an agent that is not ours. */
  Module: text().default(''),
  MaxConcurrentConnections: count(1).default(5),
  MaxMessagesPerConnection: count(1).default(20),
  MaxMessageSize: byteSize(65_536, 2 ** 31 - 1, true).default(Infinity),
  /** What the agent is told; each has its own names. */
  Settings: z.record(z.string(), text()).default({}),
})

/** A way by which an agent delivers. */
export type DeliveryAgentConnector = Readonly<z.output<typeof deliveryAgentConnectorSchema>>

/** What an agent of ours is told, and what is wrong with a value: the end of a sentence. */
type Checks = Readonly<Record<string, (value: string) => string | undefined>>

interface ShippedProtocol {
  readonly settings: Checks
  readonly required: string
  /** What is wrong between settings. */
  readonly check?: (settings: DeliveryAgentConnector['Settings']) => string | undefined
}

/** How long an endpoint may take unless TimeLimit says otherwise, and at most. */
export const timeLimits = { usual: 60 * second, longest: 3600 * second } as const

const shipped: Readonly<Record<string, ShippedProtocol>> = {
  'http-post': {
    settings: { Url: urlProblem, TokenFile: emptyProblem, TimeLimit: timeLimitProblem },
    required: 'Url',
    check: ({ Url = '', TokenFile }) =>
      TokenFile !== undefined && URL.canParse(Url) && !isPrivate(new URL(Url))
        ? 'a token goes over https alone, or to this machine'
        : undefined,
  },
  maildir: { settings: { Path: emptyProblem }, required: 'Path' },
}

/** Everything that makes these connectors unfit. Paths start at `DeliveryAgentConnectors`. */
export function checkDeliveryAgentConnectors(
  connectors: readonly DeliveryAgentConnector[],
): Problem[] {
  return connectors.flatMap((connector, index) => {
    const path = ['DeliveryAgentConnectors', index]
    const problems: Problem[] = []
    if (connector.AddressSpaces.length === 0)
      problems.push({
        path: [...path, 'AddressSpaces'],
        message: 'Give at least one address space; * is every domain.',
      })
    const found = protocolProblem(connector) ?? settingsProblem(connector)
    if (found !== undefined)
      problems.push({ path: [...path, ...found.path], message: found.message })
    return problems
  })
}

function protocolProblem({
  DeliveryProtocol,
  Module,
}: DeliveryAgentConnector): Problem | undefined {
  const isShipped = Object.hasOwn(shipped, DeliveryProtocol)
  const path = ['DeliveryProtocol']
  if (DeliveryProtocol.trim() === '') return { path, message: 'must not be empty' }
  if (isShipped && Module !== '')
    return { path: ['Module'], message: `${DeliveryProtocol} is the relay's own: it has no module` }
  if (isShipped || Module !== '') return undefined
  return {
    path,
    message: `no agent delivers by "${DeliveryProtocol}": there are ${Object.keys(shipped).join(' and ')}; Module names the agent of another protocol`,
  }
}

function settingsProblem({
  DeliveryProtocol,
  Settings,
}: DeliveryAgentConnector): Problem | undefined {
  const protocol = shipped[DeliveryProtocol]
  if (protocol === undefined) return undefined
  const { settings, required, check } = protocol
  const path = ['Settings']
  if (Settings[required] === undefined)
    return { path, message: `${DeliveryProtocol} needs ${required}` }
  for (const [name, value] of Object.entries(Settings)) {
    const known = Object.hasOwn(settings, name) ? settings[name] : undefined
    if (known === undefined)
      return {
        path: [...path, name],
        message: `${DeliveryProtocol} has no such setting; it has ${Object.keys(settings).join(', ')}`,
      }
    const message = known(value)
    if (message !== undefined) return { path: [...path, name], message }
  }
  const message = check?.(Settings)
  return message === undefined ? undefined : { path, message }
}

/** Nothing of the URL is repeated: it may hold a secret. */
function urlProblem(value: string): string | undefined {
  if (!URL.canParse(value)) return 'must be a URL such as https://app.contoso.com/inbound'
  const { protocol, username, password } = new URL(value)
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://'
  return username + password === '' ? undefined : 'has a name or a password in it; use TokenFile'
}

function emptyProblem(value: string): string | undefined {
  return value.trim() === '' ? 'must not be empty' : undefined
}

function timeLimitProblem(value: string): string | undefined {
  const limit = parseTimeSpan(value)
  if (limit !== undefined && limit >= second && limit <= timeLimits.longest) return undefined
  return 'must be a time span from 00:00:01 to 01:00:00'
}

function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
