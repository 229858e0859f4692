import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { Clock } from '../../base/clock.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import { parseTimeSpan } from '../../base/time-span.ts'
import type { ConnectivitySession } from '../../logs/connectivity-log.ts'
import type {
  AnsweringSession,
  ConnectionResult,
  RecipientResult,
} from '../../queue/delivery-agent.ts'
import { StoreError, type StoredContent } from '../../queue/queue-store.ts'
import type { Copy, CopyRecipient } from '../../queue/stored-message.ts'
import { type HandedOver, forAll, unreadable } from '../handing-over.ts'
import { leavingContent } from '../leaving-content.ts'
import type { PeerWatch } from '../peer-watch.ts'
import type { Courier } from './courier.ts'
import { type DeliveryAgentConnector, timeLimits } from './delivery-agent-connector.ts'
import { exchange } from './http-exchange.ts'
import { type HttpAnswer, judgeAnswer } from './http-answer.ts'

export interface HttpPostOptions {
  readonly settings: DeliveryAgentConnector['Settings']
  readonly store: StoredContent
  readonly watch: PeerWatch
  readonly session: ConnectivitySession
  readonly clock: Clock
  readonly logger: ProgramLog
  /** Certificates (PEM) that endpoints are trusted by, beside Node's and NODE_EXTRA_CA_CERTS. */
  readonly trustedCertificates?: readonly string[]
}

/** Octets of recipients that one request names: servers take 8 KB of fields and often not more. */
const mostNamed = 4096

/** Posts messages to an HTTP endpoint over one kept connection. */
export class HttpPost implements Courier {
  readonly #options: HttpPostOptions
  readonly #url: URL
  readonly #agent: http.Agent

  constructor(options: HttpPostOptions) {
    const { settings, trustedCertificates } = options
    this.#options = options
    this.#url = new URL(settings['Url'] ?? '')
    const one = { keepAlive: true, maxSockets: 1 }
    this.#agent =
      this.#url.protocol === 'https:'
        ? new https.Agent({
            ...one,
            rejectUnauthorized: true,
            ...(trustedCertificates !== undefined && { ca: [...trustedCertificates] }),
          })
        : new http.Agent(one)
  }

  async handOver(copy: Copy): Promise<HandedOver> {
    const token = await readToken(this.#options.settings['TokenFile'])
    if ('trouble' in token) return { results: [], end: unreachable(token.trouble) }
    const { sender } = copy.message.envelope
    const [fit, unfit] = partition(copy.recipients, ({ address }) => isFieldSafe(sender + address))
    const results = unfit.map((recipient): RecipientResult => ({ recipient, ...unsafe }))
    for (const recipients of inGroups(fit)) {
      const end = await this.#post({ copy, recipients, token: token.value }, results)
      if (end === undefined) continue
      if (end instanceof StoreError) {
        const { results: late } = unreadable(copy, end, this.#options.logger)
        return { results: [...results, ...untold(late, results)] }
      }
      // Whose request was answered has its answer; the others come again when the endpoint does.
      if (results.length === 0) return { results, end }
      const late = forAll(copy, { outcome: 'retry', reply: end.error })
      return { results: [...results, ...untold(late, results)], end }
    }
    return { results }
  }

  close(): Promise<void> {
    this.#agent.destroy()
    return Promise.resolve()
  }

  /** Adds the results of one request; the end where the endpoint is of no use now. */
  async #post(
    posting: Posting,
    results: RecipientResult[],
  ): Promise<Extract<ConnectionResult, { kind: 'unreachable' }> | StoreError | undefined> {
    const { clock, watch, session } = this.#options
    const { hostname, host } = this.#url
    let facts: AnsweringSession | undefined
    try {
      const { answer, address, localAddress } = await this.#exchange(posting)
      facts = { id: session.id, localAddress, host: hostname, address }
      const verdict = judgeAnswer(withoutToken(answer, posting.token), clock.now())
      if (verdict.kind === 'trouble')
        return { ...unreachable(verdict.error, verdict.retryIn), remoteHost: hostOf(facts) }
      const { kind: outcome, reply } = verdict
      const remoteHost = hostOf(facts)
      const told = { outcome, reply, remoteHost, session: facts }
      results.push(...posting.recipients.map((recipient) => ({ recipient, ...told })))
      if (outcome === 'delivered')
        session.carried(posting.copy.message.size, posting.recipients.length)
      return undefined
    } catch (error) {
      if (error instanceof StoreError) return error
      return { ...unreachable(networkText(error, host)), remoteHost: hostname }
    } finally {
      watch.goOn()
    }
  }

  async #exchange(posting: Posting) {
    const { store, clock, watch, settings } = this.#options
    const { size, pieces } = await leavingContent(store, posting.copy.message)
    const { host } = this.#url
    watch.waitFor('opening', `a connection to ${host}`)
    const secure = this.#url.protocol === 'https:'
    const request = (secure ? https : http).request(this.#url, {
      method: 'POST',
      agent: this.#agent,
      headers: headersOf(posting, size),
    })
    let address = ''
    let localAddress = ''
    request.on('socket', (socket) => {
      const connected = () => {
        address = socket.remoteAddress ?? ''
        localAddress = socket.localAddress ?? ''
        watch.waitFor('envelope', `${host} to take the message`)
      }
      if (socket.connecting) socket.once('connect', connected)
      else connected()
    })
    const answer = await exchange(request, {
      pieces,
      clock,
      timeLimit: parseTimeSpan(settings['TimeLimit'] ?? '') ?? timeLimits.usual,
      signal: watch.signal,
      onSent: () => watch.waitFor('final-dot', `the answer from ${host}`),
    })
    return { answer, address, localAddress }
  }
}

interface Posting {
  readonly copy: Copy
  readonly recipients: readonly CopyRecipient[]
  readonly token: string | undefined
}

function headersOf({ copy, recipients, token }: Posting, size: number): http.OutgoingHttpHeaders {
  const { envelope } = copy.message
  return {
    'Content-Type': 'message/rfc822',
    'Content-Length': size,
    'User-Agent': 'EdgeRelay',
    'X-Envelope-From': envelope.sender === '' ? '<>' : asField(envelope.sender),
    'X-Envelope-To': recipients.map(({ address }) => asField(address)),
    'Idempotency-Key': keyOf(copy, recipients),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  }
}

/** The same for every attempt: an endpoint can tell a message that it has by it. */
function keyOf({ id, message }: Copy, recipients: readonly CopyRecipient[]): string {
  const addresses = recipients.map(({ address }) => address).join(' ')
  const text = `${message.networkMessageId ?? message.messageId} ${id} ${addresses}`
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Fields are octets: addresses beyond ASCII go as UTF-8. */
function asField(address: string): string {
  return Buffer.from(address, 'utf8').toString('latin1')
}

/** An address that no field can hold: nothing of it may pass for another field. */
const unsafe = { outcome: 'failed', reply: '501 5.1.3 Invalid address' } as const
const isFieldSafe = (address: string) => !/[\x00-\x1f\x7f]/.test(address)

function partition<T>(
  items: readonly T[],
  test: (item: T) => boolean,
): [readonly T[], readonly T[]] {
  return [items.filter(test), items.filter((item) => !test(item))]
}

function* inGroups(recipients: readonly CopyRecipient[]): Generator<readonly CopyRecipient[]> {
  let group: CopyRecipient[] = []
  let named = 0
  for (const recipient of recipients) {
    const octets = Buffer.byteLength(recipient.address) + 'X-Envelope-To: \r\n'.length
    if (named + octets > mostNamed && group.length > 0) {
      yield group
      group = []
      named = 0
    }
    group.push(recipient)
    named += octets
  }
  if (group.length > 0) yield group
}

type Token = { readonly value: string | undefined } | { readonly trouble: string }

/** Read for each message, so that a changed token counts at once. */
async function readToken(file: string | undefined): Promise<Token> {
  if (file === undefined) return { value: undefined }
  try {
    const [line = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1)
    const value = line.trim()
    if (/^[\x21-\x7e]+$/.test(value)) return { value }
    return { trouble: '451 4.3.5 The TokenFile has no token on its first line' }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { trouble: `451 4.3.5 The TokenFile cannot be read: ${reason}` }
  }
}

/** An endpoint may repeat what it was sent. */
function withoutToken(answer: HttpAnswer, token: string | undefined): HttpAnswer {
  if (token === undefined) return answer
  const { statusText, text } = answer
  return {
    ...answer,
    statusText: statusText.replaceAll(token, '…'),
    text: text.replaceAll(token, '…'),
  }
}

/** Those of `late` whose recipients have no result yet. */
function untold(
  late: readonly RecipientResult[],
  results: readonly RecipientResult[],
): readonly RecipientResult[] {
  const told = new Set(results.map(({ recipient }) => recipient))
  return late.filter(({ recipient }) => !told.has(recipient))
}

const hostOf = ({ host, address }: AnsweringSession) =>
  address === '' ? host : `${host} (${address})`

function unreachable(error: string, retryIn?: number) {
  return { kind: 'unreachable' as const, error, ...(retryIn !== undefined && { retryIn }) }
}

function networkText(error: unknown, host: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const said = error instanceof Error ? error.message : String(error)
  const isTls = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)
  return `${isTls ? '451 4.7.5' : '451 4.4.1'} ${host}: ${said || code}`
}
