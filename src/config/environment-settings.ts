import { resolve } from 'node:path'
import { nearestName } from './setting-names.ts'

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where files are and what the log tells: for every server, whoever made its configuration. */
export const processVariables = {
  EDGE_CONFIG: 'the configuration file (default config/server.yaml)',
  EDGE_DATA: 'folder of queue, logs and own certificates (default data)',
  EDGE_LOG_LEVEL: 'what the log tells: debug, info, warn or error (default info)',
} as const

/** The settings of a server without a configuration file, each with what it is. */
export const environmentSettings = {
  EDGE_FQDN: 'the name that MX records and certificates carry; needed',
  EDGE_NAME: 'short name in logs (default: the first part of EDGE_FQDN)',
  EDGE_ACCEPTED_DOMAINS: 'domains that mail is taken for from anyone',
  EDGE_INTERNAL_HOSTS: 'where their mail goes: hosts, each with :port if not 25',
  EDGE_SMART_HOST: 'where all other mail goes: hosts as above (default: by MX)',
  EDGE_SMART_HOST_USER: 'account on the smart host; the password goes over TLS only',
  EDGE_SMART_HOST_PASSWORD_FILE: 'its password, on the first line of this file',
  EDGE_SMART_HOST_PASSWORD: 'its password in clear',
  EDGE_RELAY_NETWORKS: 'addresses, ranges or networks that may relay without a log-in',
  EDGE_USER: 'an account that may log in at 587 and 465, and relay',
  EDGE_USER_PASSWORD_FILE: 'its password, on the first line of this file',
  EDGE_USER_PASSWORD_HASH: 'its password as edge hash-password prints it',
  EDGE_USER_ADDRESSES: 'addresses it may send as (default: EDGE_USER)',
  EDGE_CERTIFICATE_FILE: 'certificate for STARTTLS, PEM (default: a self-signed one)',
  EDGE_KEY_FILE: 'its key, PEM',
  EDGE_MAX_MESSAGE_SIZE: 'largest message taken and sent (default 35MB)',
} as const satisfies Readonly<Record<`EDGE_${string}`, string>>

/** The name of a setting. */
export type Setting = keyof typeof environmentSettings
const settingNames = Object.keys(environmentSettings) as readonly Setting[]
const knownNames: readonly string[] = [...Object.keys(processVariables), ...settingNames]

/** What Kubernetes and container links give each container for a service that is called "edge". */
const ofAService = /^EDGE_(?:SERVICE_(?:HOST|PORT)|PORT$|PORT_\d)/

/** Variables that begin as ours do and are none, each with what may be meant; sentences for the user. */
export function unknownVariables(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('EDGE_') && !knownNames.includes(name))
    .filter((name) => !ofAService.test(name))
    .map((name) => {
      const close = nearestName(name, knownNames)
      const hint =
        close === undefined ? 'edge help environment lists them' : `did you mean ${close}?`
      return `environment: there is no setting ${name}; ${hint}`
    })
}

/** The settings that are given, by name; an empty value is none. */
export function givenSettings(env: Environment): readonly Setting[] {
  return settingNames.filter((name) => (env[name] ?? '') !== '')
}

/** The settings as they are given. */
export class Settings {
  readonly #env: Environment

  constructor(env: Environment) {
    this.#env = env
  }

  has(name: Setting): boolean {
    return this.text(name) !== ''
  }

  text(name: Setting): string {
    return (this.#env[name] ?? '').trim()
  }

  /** A file, named from the working directory on. */
  path(name: Setting): string {
    return resolve(this.text(name))
  }

  list(name: Setting): readonly string[] {
    return this.text(name)
      .split(/[\s,;]+/)
      .filter((item) => item !== '')
  }
}

/** What is missing or given twice among the settings; sentences for the user. */
export function contradictions(settings: Settings): readonly string[] {
  const needs = (given: Setting, ...anyOf: readonly Setting[]) =>
    settings.has(given) && !anyOf.some((name) => settings.has(name))
      ? [`environment: ${given} is given without ${anyOf.join(' or ')}`]
      : []
  const excludes = (one: Setting, other: Setting) =>
    settings.has(one) && settings.has(other)
      ? [`environment: ${one} and ${other} are given; give one of them`]
      : []
  return [
    ...(settings.has('EDGE_FQDN')
      ? []
      : ['environment: EDGE_FQDN is missing, the name that MX records and certificates carry']),
    ...needs('EDGE_SMART_HOST_USER', 'EDGE_SMART_HOST'),
    ...needs('EDGE_SMART_HOST_USER', 'EDGE_SMART_HOST_PASSWORD_FILE', 'EDGE_SMART_HOST_PASSWORD'),
    ...needs('EDGE_SMART_HOST_PASSWORD', 'EDGE_SMART_HOST_USER'),
    ...needs('EDGE_SMART_HOST_PASSWORD_FILE', 'EDGE_SMART_HOST_USER'),
    ...excludes('EDGE_SMART_HOST_PASSWORD', 'EDGE_SMART_HOST_PASSWORD_FILE'),
    ...needs('EDGE_USER', 'EDGE_USER_PASSWORD_FILE', 'EDGE_USER_PASSWORD_HASH'),
    ...needs('EDGE_USER_PASSWORD_FILE', 'EDGE_USER'),
    ...needs('EDGE_USER_PASSWORD_HASH', 'EDGE_USER'),
    ...needs('EDGE_USER_ADDRESSES', 'EDGE_USER'),
    ...excludes('EDGE_USER_PASSWORD_HASH', 'EDGE_USER_PASSWORD_FILE'),
    ...needs('EDGE_CERTIFICATE_FILE', 'EDGE_KEY_FILE'),
    ...needs('EDGE_KEY_FILE', 'EDGE_CERTIFICATE_FILE'),
    ...needs('EDGE_INTERNAL_HOSTS', 'EDGE_ACCEPTED_DOMAINS'),
    ...needs('EDGE_ACCEPTED_DOMAINS', 'EDGE_INTERNAL_HOSTS', 'EDGE_SMART_HOST'),
    ...onePort(settings, 'EDGE_INTERNAL_HOSTS'),
    ...onePort(settings, 'EDGE_SMART_HOST'),
  ]
}

/** A connector has one port for all of its hosts. */
function onePort(settings: Settings, name: Setting): readonly string[] {
  const ports = new Set(settings.list(name).map((item) => withPort(item).port))
  return ports.size > 1 ? [`environment: the hosts of ${name} must have one port`] : []
}

/** `host`, `host:587`, `[2001:db8::1]:587`; an IPv6 address without brackets has no port. */
export function withPort(item: string): {
  readonly host: string
  readonly port: string | undefined
} {
  const [, host, port] = /^(\[[^\]]*\]|[^:[\]]+):([^:\]]*)$/.exec(item) ?? []
  if (host === undefined) return { host: item.replace(/^\[(.*)\]$/, '$1'), port: undefined }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
}
