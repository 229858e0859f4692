import { isIP } from 'node:net'
import { plainAddress } from '../base/ip-range.ts'
import { behindFrontEnd } from '../message/content-limits.ts'
import type {
  ContentLimits,
  Endpoint,
  ProxiedClient,
  SessionFacts,
} from '../message/message-sink.ts'
import { type Permissions, permissionMask, permissionsFromMask } from '../message/permission.ts'
import { type Reply, reply } from '../smtp/reply.ts'
import { formatParameters, parseNumber, parseParameters } from './command-parameters.ts'

/*
 * The commands by which our services hand sessions over. XPROXYFROM and XPROXY go from the Front End
 * Transport service to the Transport service before a MAIL and tell on whose behalf it comes: XPROXYFROM
 * for a client without an account, XPROXY for one that authenticated. They hold until the next one.
 * XPROXYTO goes the other way and asks for a connection to a next hop.
 */

/** How the front end came to trust the client, Exchange's AuthenticationSource. */
export type AuthenticationSource = 'Anonymous' | 'Organization'

/**
 * A session as the front end handed it over. `permissions` is what the front end's connector granted:
 * the back end takes exactly these, whatever its own connector would grant, and never more. The right to
 * hand sessions over is never among them.
 */
export interface HandedOverSession {
  readonly client: ProxiedClient
  readonly permissions: Permissions
  /** The limits of the front end's connector, which hold beside those of the back end's. */
  readonly limits: ContentLimits
  /** The account the client authenticated as (XPROXY only). */
  readonly userName?: string
  /** Organization: another Exchange server, or an externally secured one. */
  readonly source: AuthenticationSource
}

const longestName = 255
const longestUserName = 320
const invalid = reply('501 5.5.4 Invalid arguments')

/** The command that hands `session` over: XPROXY for an account, else XPROXYFROM. */
export function formatXProxy(session: SessionFacts, limits: ContentLimits): string {
  const { principal } = session
  if (principal.kind !== 'User') return formatXProxyFrom(session, limits)
  const { LIMITS, ...client } = clientParameters(session, limits)
  return `XPROXY ${formatParameters({ ...client, SECID: principal.userName, LIMITS })}`
}

/** XPROXYFROM for a session without an account: anonymous, or a trusted server. */
export function formatXProxyFrom(session: SessionFacts, limits: ContentLimits): string {
  const { PERMS, LIMITS, ...client } = clientParameters(session, limits)
  const source: AuthenticationSource =
    session.principal.kind === 'Anonymous' ? 'Anonymous' : 'Organization'
  return `XPROXYFROM ${formatParameters({ ...client, SEQNUM: 1, PERMS, AUTHSRC: source, LIMITS })}`
}

/** Reads the argument of XPROXYFROM; the Reply refuses it. */
export function parseXProxyFrom(argument: string): HandedOverSession | Reply {
  const values = parseParameters(argument, [...clientNames, 'SEQNUM', 'AUTHSRC'])
  if (values === undefined) return invalid
  const session = parseClient(values)
  const source = values.get('AUTHSRC')
  // SEQNUM counts the front ends on the way; a second one would be a loop of our own services.
  if (session === undefined || values.get('SEQNUM') !== '1') return invalid
  if (source !== 'Anonymous' && source !== 'Organization') return invalid
  return { ...session, source }
}

/** Reads the argument of XPROXY; the Reply refuses it. */
export function parseXProxy(argument: string): HandedOverSession | Reply {
  const values = parseParameters(argument, [...clientNames, 'SECID'])
  if (values === undefined) return invalid
  const session = parseClient(values)
  const userName = values.get('SECID') ?? ''
  if (session === undefined || userName === '' || userName.length > longestUserName) return invalid
  return { ...session, userName, source: 'Anonymous' }
}

const clientNames = ['SID', 'IP', 'PORT', 'DOMAIN', 'PERMS', 'LIMITS'] as const

function clientParameters(
  { sessionId, remote, helloName, permissions }: SessionFacts,
  limits: ContentLimits,
) {
  return {
    SID: sessionId,
    IP: plainAddress(remote.address),
    PORT: remote.port,
    DOMAIN: helloName === '' ? undefined : helloName.slice(0, longestName),
    PERMS: permissionMask(permissions.difference(new Set(['SMTPAcceptXProxyFrom']))),
    LIMITS: formatLimits(limits),
  }
}

function formatLimits(limits: ContentLimits): string {
  const { maxHeaderSize, maxHopCount, maxLocalHopCount } = behindFrontEnd(limits)
  return [maxHeaderSize, maxHopCount, maxLocalHopCount].join(',')
}

function parseLimits(text = ''): ContentLimits | undefined {
  const [header, hops, local, more] = text.split(',')
  const maxHeaderSize = parseNumber(header, 1, 2 ** 31 - 1)
  const maxHopCount = parseNumber(hops, 1, 1000)
  const maxLocalHopCount = parseNumber(local, 0, 1000)
  if (maxHeaderSize === undefined || maxHopCount === undefined) return undefined
  if (maxLocalHopCount === undefined || more !== undefined) return undefined
  return { maxHeaderSize, maxHopCount, maxLocalHopCount }
}

function parseClient(
  values: ReadonlyMap<string, string>,
): Pick<HandedOverSession, 'client' | 'permissions' | 'limits'> | undefined {
  const client = parseEndpoint(values.get('IP'), values.get('PORT'))
  const sessionId = parseSessionId(values.get('SID'))
  const mask = parseNumber(values.get('PERMS'), 0, 2 ** 31 - 1)
  const limits = parseLimits(values.get('LIMITS'))
  const helloName = values.get('DOMAIN') ?? ''
  if (client === undefined || sessionId === undefined || mask === undefined) return undefined
  if (helloName.length > longestName || limits === undefined) return undefined
  const permissions = permissionsFromMask(mask).difference(new Set(['SMTPAcceptXProxyFrom']))
  return { client: { sessionId, client, helloName }, permissions, limits }
}

/** What XPROXYTO asks of the Front End Transport service: a connection to a next hop. */
export interface TunnelRequest {
  readonly destination: Endpoint
  /** The Transport service's session, for the log. */
  readonly sessionId: string
  /** The Send connector it is for, for the log. */
  readonly connector: string
  /** The Send connector's SourceIPAddress, where it has one. */
  readonly localAddress?: string
}

/** The command that asks the front end for a connection to a next hop. */
export function formatXProxyTo(request: TunnelRequest): string {
  return `XPROXYTO ${formatParameters({
    DESTINATION: request.destination.address,
    PORT: request.destination.port,
    SID: request.sessionId,
    CONNECTOR: request.connector,
    LOCALADDRESS: request.localAddress,
  })}`
}

/** Reads the argument of XPROXYTO; the Reply refuses it. */
export function parseXProxyTo(argument: string): TunnelRequest | Reply {
  const names = ['DESTINATION', 'PORT', 'SID', 'CONNECTOR', 'LOCALADDRESS'] as const
  const values = parseParameters(argument, names)
  const destination = parseEndpoint(values?.get('DESTINATION'), values?.get('PORT'), 1)
  const sessionId = parseSessionId(values?.get('SID'))
  const connector = values?.get('CONNECTOR') ?? ''
  const localAddress = values?.get('LOCALADDRESS')
  if (destination === undefined || sessionId === undefined || connector === '') return invalid
  if (localAddress !== undefined && isIP(localAddress) === 0) return invalid
  return { destination, sessionId, connector, ...(localAddress !== undefined && { localAddress }) }
}

function parseEndpoint(
  address: string | undefined,
  port: string | undefined,
  lowestPort = 0,
): Endpoint | undefined {
  const number = parseNumber(port, lowestPort, 65_535)
  if (address === undefined || isIP(address) === 0 || number === undefined) return undefined
  return { address: plainAddress(address), port: number }
}

function parseSessionId(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9A-F]{16}$/.test(text) ? text : undefined
}
