import { readFile } from 'node:fs/promises'
import { Socket, connect as connectPlain, isIP } from 'node:net'
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls'
import type { Client, Entry } from 'ldapts'
import type { Clock, Timer } from '../../base/clock.ts'
import {
  type LdapConnection,
  type LdapEntry,
  LdapFailure,
  type LdapQuery,
  type LdapServer,
  type OpenLdap,
  resultCodes,
} from './ldap-connection.ts'

const pageSize = 500

/** Connects, secures the connection and logs in, by the library ldapts; then a failure leaves nothing open. */
export function ldaptsOpener(clock: Clock): OpenLdap {
  return (server) => openLdapts(server, clock).catch(rethrow)
}

async function openLdapts(server: LdapServer, clock: Clock): Promise<LdapConnection> {
  // Servers without an LDAP directory do not load it.
  const { Client } = await import('ldapts')
  const tls = await tlsOptions(server)
  const connection = new LdaptsConnection((watch) => {
    const isSecure = server.url.toLowerCase().startsWith('ldaps:')
    return new Client({
      url: server.url,
      timeout: server.timeout,
      connectTimeout: server.timeout,
      ...(isSecure && { tlsOptions: tls }),
      createConnection: watched(connectPlain, watch),
      createSecureConnection: watched(connectSecurely, watch),
    })
  })
  try {
    if (server.url.toLowerCase().startsWith('ldap:') && server.startTls)
      await connection.startTls(tls, () => clock.after(server.timeout, () => connection.late()))
    await connection.logIn(server)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

class LdaptsConnection implements LdapConnection {
  readonly #client: Client
  /** What is told when the connection breaks; the library would let some of them wait for their time. */
  readonly #waiting = new Set<(error: Error) => void>()
  #sockets: Socket[] = []
  #closed = false

  constructor(makeClient: (watch: (socket: Socket) => void) => Client) {
    this.#client = makeClient((socket) => {
      this.#sockets.push(socket)
      socket.once('close', () => this.#end('the connection was closed'))
    })
  }

  get isOpen(): boolean {
    return !this.#closed
  }

  /** The library sets a handshake no limit. */
  async startTls(options: ConnectionOptions, limit: () => Timer): Promise<void> {
    const timer = limit()
    try {
      await this.#ask(() => this.#client.startTLS(options))
    } finally {
      timer.cancel()
    }
  }

  late(): void {
    this.#end('the TLS handshake took too long')
  }

  /** Without a name nothing is said, and the server answers what it answers anybody. */
  async logIn({ bindDn, passwordFile }: LdapServer): Promise<void> {
    if (bindDn === undefined) return
    const password = passwordFile === undefined ? '' : await firstLine(passwordFile)
    // A name without a password would be taken for nobody, and pass (RFC 4513 5.1.2).
    if (password === '') throw new LdapFailure(`${bindDn} has no password`, true)
    if (!(await this.bind(bindDn, password)))
      throw new LdapFailure(`the log-in as ${bindDn} was refused`, true)
  }

  async bind(dn: string, password: string): Promise<boolean> {
    try {
      await this.#ask(() => this.#client.bind(dn, password))
      return true
    } catch (error) {
      if (error instanceof LdapFailure && error.code === resultCodes.invalidCredentials)
        return false
      throw error
    }
  }

  async search({ base, scope, filter, attributes }: LdapQuery): Promise<readonly LdapEntry[]> {
    const { searchEntries } = await this.#ask(() =>
      this.#client.search(base, { scope, filter, attributes: [...attributes] }),
    )
    return searchEntries.map(entryOf)
  }

  async *pages({ base, scope, filter, attributes }: LdapQuery) {
    const paged = this.#client.searchPaginated(base, {
      ...{ scope, filter },
      attributes: [...attributes],
      paged: { pageSize },
    })
    for (;;) {
      const page = await this.#ask(() => paged.next())
      if (page.done === true) return
      yield page.value.searchEntries.map(entryOf)
    }
  }

  close(): void {
    this.#end('the connection was closed')
  }

  #end(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    for (const socket of this.#sockets) socket.destroy()
    for (const reject of this.#waiting) reject(new LdapFailure(reason, true))
    this.#waiting.clear()
  }

  /** The answer, or why there is none as an LdapFailure. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new LdapFailure('the connection was closed', true)
    const broken = Promise.withResolvers<never>()
    this.#waiting.add(broken.reject)
    try {
      return await Promise.race([question(), broken.promise])
    } catch (error) {
      throw failureOf(error)
    } finally {
      this.#waiting.delete(broken.reject)
    }
  }
}

/** The function, telling of each socket that it makes. */
function watched<F extends (...given: never[]) => unknown>(
  connect: F,
  watch: (socket: Socket) => void,
): F {
  return new Proxy(connect, {
    apply(target, self, given: unknown[]) {
      const made: unknown = Reflect.apply(target, self, given)
      if (made instanceof Socket) watch(made)
      return made
    },
  })
}

/** The certificate is checked always. */
async function tlsOptions({ url, caFile }: LdapServer): Promise<ConnectionOptions> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
    ...(caFile !== undefined && { ca: await readFile(caFile) }),
  }
}

async function firstLine(file: string): Promise<string> {
  const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1)
  return line
}

function entryOf({ dn, ...attributes }: Entry): LdapEntry {
  return {
    dn,
    attributes: new Map(
      Object.entries(attributes).map(([name, values]) => [
        name.toLowerCase(),
        (Array.isArray(values) ? values : [values]).map(String),
      ]),
    ),
  }
}

function rethrow(error: unknown): never {
  throw failureOf(error)
}

function failureOf(error: unknown): LdapFailure {
  if (error instanceof LdapFailure) return error
  if (!(error instanceof Error)) return new LdapFailure(String(error), true)
  const code = 'code' in error && typeof error.code === 'number' ? error.code : undefined
  const isOfConnection =
    code === undefined || code === resultCodes.busy || code === resultCodes.unavailable
  const [text = ''] = error.message.split('\n', 1)
  return new LdapFailure(text === '' ? error.name : text, isOfConnection, code)
}
