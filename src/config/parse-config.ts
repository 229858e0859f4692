import type { z } from 'zod'
import { completeTransportAgent } from '../agents/host/transport-agent.ts'
import type { Problem } from '../base/problem.ts'
import { defaultReceiveConnectors } from '../receive/connectors/receive-connector-defaults.ts'
import { completeReceiveConnector } from '../receive/connectors/receive-connector.ts'
import { completeSendConnector } from '../deliver/smtp/send-connector.ts'
import { completeRemoteDomains } from '../dsn/remote-domain.ts'
import { listSections, settingsSections } from './config-file.ts'
import { shortName } from './host-names.ts'
import type { ServerConfig, ServerIdentity } from './server-config.ts'
import { completeTransportService } from './transport-service.ts'
import type { YamlSource } from './yaml-source.ts'

/** The typed configuration of a file, as far as its parts could be read. */
export interface ParsedConfig {
  /** Settings that could not be read have their defaults; entries that need them are left out. */
  readonly config: ServerConfig
  readonly problems: readonly Problem[]
  /** The file's path of a path in `config`, which differs after an entry that could not be read. */
  sourcePath(path: Problem['path']): Problem['path']
}

/** Gives the settings their types and defaults; `hostName` stands in where Server says nothing. */
export function parseConfig(source: YamlSource, hostName: string): ParsedConfig {
  const reader = new SectionReader(source)
  const server = reader.settings('Server', settingsSections.Server)
  const identity: ServerIdentity = {
    Name: server.Name === '' ? shortName(hostName) : server.Name,
    Fqdn: server.Fqdn === '' ? hostName : server.Fqdn,
    Role: server.Role,
  }
  const transport = reader.settings('TransportService', settingsSections.TransportService)
  const config: ServerConfig = {
    Server: identity,
    AcceptedDomains: reader
      .entries('AcceptedDomains', listSections.AcceptedDomains)
      .map((domain) => ({ ...domain, Name: domain.Name === '' ? domain.DomainName : domain.Name })),
    RemoteDomains: completeRemoteDomains(
      reader.entries('RemoteDomains', listSections.RemoteDomains),
    ),
    AddressRewriteEntries: reader.entries(
      'AddressRewriteEntries',
      listSections.AddressRewriteEntries,
    ),
    ReceiveConnectors:
      source.value['ReceiveConnectors'] === undefined
        ? defaultReceiveConnectors(identity)
        : reader
            .entries('ReceiveConnectors', listSections.ReceiveConnectors)
            .map((connector) => completeReceiveConnector(connector, identity.Role)),
    SendConnectors: reader
      .entries('SendConnectors', listSections.SendConnectors)
      .map(completeSendConnector),
    ForeignConnectors: reader.entries('ForeignConnectors', listSections.ForeignConnectors),
    DeliveryAgentConnectors: reader.entries(
      'DeliveryAgentConnectors',
      listSections.DeliveryAgentConnectors,
    ),
    Users: reader.entries('Users', listSections.Users),
    Recipients: reader.entries('Recipients', listSections.Recipients),
    Certificates: reader.entries('Certificates', listSections.Certificates),
    TransportAgents: reader
      .entries('TransportAgents', listSections.TransportAgents)
      .map(completeTransportAgent),
    TransportService: completeTransportService(transport, identity.Role),
    FrontendTransportService: reader.settings(
      'FrontendTransportService',
      settingsSections.FrontendTransportService,
    ),
    TransportConfig: reader.settings('TransportConfig', settingsSections.TransportConfig),
    Directory: reader.settings('Directory', settingsSections.Directory),
  }
  const { problems } = reader
  return { config, problems, sourcePath: (path) => reader.sourcePath(path) }
}

class SectionReader {
  readonly problems: Problem[] = []
  readonly #source: YamlSource
  readonly #readable = new Map<string, readonly number[]>()

  constructor(source: YamlSource) {
    this.#source = source
  }

  /** The section; what is wrong in it has its default. */
  settings<Schema extends z.ZodObject>(section: string, schema: Schema): z.output<Schema> {
    const given = this.#source.value[section] ?? {}
    return this.#read([section], schema, given) ?? schema.parse({})
  }

  /** The entries of the section; what is wrong in one has its default, and one that cannot do without is left out. */
  entries<Schema extends z.ZodObject>(section: string, schema: Schema): z.output<Schema>[] {
    const given = this.#source.value[section]
    const all = (Array.isArray(given) ? given : []).map((entry, index) => ({
      index,
      value: this.#read([section, index], schema, entry),
    }))
    const readable = all.filter(({ value }) => value !== undefined)
    const indices = readable.map(({ index }) => index)
    this.#readable.set(section, indices)
    return readable.flatMap(({ value }) => (value === undefined ? [] : [value]))
  }

  sourcePath(path: Problem['path']): Problem['path'] {
    const [section, index, ...rest] = path
    if (typeof section !== 'string' || typeof index !== 'number') return path
    return [section, this.#readable.get(section)?.[index] ?? index, ...rest]
  }

  #read<Schema extends z.ZodObject>(
    path: Problem['path'],
    schema: Schema,
    given: unknown,
  ): z.output<Schema> | undefined {
    const result = schema.safeParse(given)
    if (result.success) return result.data
    const problems = result.error.issues.map(({ path: below, message }) => ({
      path: [...path, ...below.filter((step) => typeof step !== 'symbol')],
      message,
    }))
    this.problems.push(...problems.filter((problem) => !this.#source.isBroken(problem.path)))
    const unread = new Set(result.error.issues.map(({ path: [setting] }) => setting))
    const rest = schema.safeParse(without(given, unread))
    return rest.success ? rest.data : undefined
  }
}

function without(given: unknown, names: ReadonlySet<PropertyKey | undefined>): unknown {
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)))
}
