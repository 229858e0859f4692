import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { Binding } from '../../receive/connectors/binding.ts'
import { DotEncoder } from '../../smtp/dot-encoder.ts'
import { type Reply, replyText } from '../../smtp/reply.ts'
import { ReplyReader } from '../../smtp/reply-reader.ts'

const patience: Milliseconds = 60 * second

/** A message for a server, as a plain client sends it. */
export interface HandMail {
  readonly endpoint: Binding
  readonly helo: string
  /** The server is this machine's own: whatever certificate it shows will do. */
  readonly tls: 'None' | 'StartTls' | 'Implicit'
  /** Only with TLS. */
  readonly login?: { readonly userName: string; readonly password: string }
  readonly sender: string
  readonly recipient: string
  /** With CRLF line ends. */
  readonly content: Buffer
}

/** Whether the server took it, and its last reply, or what went wrong. */
export interface HandMailResult {
  readonly accepted: boolean
  readonly reply: string
}

/** Hands one message over by SMTP, with TLS and a log-in where they are asked for. Never rejects. */
export async function sendByHand(mail: HandMail, signal: AbortSignal): Promise<HandMailResult> {
  const { address, port } = mail.endpoint
  const plain = connect({ host: address, port })
  let socket = plain
  const secure = () => (socket = connectTls({ socket: plain, rejectUnauthorized: false }))
  try {
    if (mail.tls === 'Implicit') secure()
    const dialogue = new Dialogue(socket, signal)
    if (mail.tls !== 'StartTls') return await handOver(dialogue, mail)
    const refused = await said(dialogue, [greeting, hello(mail), ['STARTTLS', 220]])
    if (refused !== undefined) return refused
    dialogue.leave()
    return await handOver(new Dialogue(secure(), signal), mail)
  } catch (error) {
    return { accepted: false, reply: error instanceof Error ? error.message : String(error) }
  } finally {
    socket.end('QUIT\r\n')
    socket.setTimeout(second, () => socket.destroy())
  }
}

async function handOver(dialogue: Dialogue, mail: HandMail): Promise<HandMailResult> {
  // An address with a line end in it must not become a command.
  const path = (address: string) => `<${address.replace(/[\x00-\x1f\x7f<>]/g, '')}>`
  const { login, tls } = mail
  const token = `\0${login?.userName ?? ''}\0${login?.password ?? ''}`
  const steps: readonly Step[] = [
    ...(tls === 'StartTls' ? [] : [greeting]),
    hello(mail),
    ...(login === undefined
      ? []
      : [[`AUTH PLAIN ${Buffer.from(token).toString('base64')}`, 235] as const]),
    [`MAIL FROM:${path(mail.sender)}`, 250],
    [`RCPT TO:${path(mail.recipient)}`, 250],
    ['DATA', 354],
  ]
  const refused = await said(dialogue, steps)
  if (refused !== undefined) return refused
  const encoder = new DotEncoder()
  dialogue.write(encoder.encode(mail.content))
  dialogue.write(encoder.end())
  const answer = await dialogue.say(undefined)
  return { accepted: answer.code === 250, reply: replyText(answer) }
}

type Step = readonly [command: string | undefined, expected: number]

const greeting: Step = [undefined, 220]

function hello({ helo }: HandMail): Step {
  return [`EHLO ${helo}`, 250]
}

/** Goes through steps; resolves with the first answer that is another than expected. */
async function said(
  dialogue: Dialogue,
  steps: readonly Step[],
): Promise<HandMailResult | undefined> {
  for (const [command, expected] of steps) {
    const answer = await dialogue.say(command)
    if (answer.code !== expected) return { accepted: false, reply: replyText(answer) }
  }
  return undefined
}

/** One command at a time. */
class Dialogue {
  readonly #socket: Socket
  readonly #replies: Reply[] = []
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined
  #failure: Error | undefined

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    const reader = new ReplyReader()
    socket.setTimeout(patience, () => this.#fail(new Error('the server does not answer')))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
    socket.on('data', (chunk: Buffer) => {
      this.#replies.push(...reader.push(chunk))
      if (reader.fault !== undefined) this.#fail(new Error(reader.fault))
      this.#hand()
    })
    signal.addEventListener('abort', () => socket.destroy(), { once: true })
  }

  /** Leaves the socket to TLS. */
  leave(): void {
    this.#socket.removeAllListeners('data')
  }

  /** Sends something that is no command. */
  write(content: Buffer | string): void {
    this.#socket.write(content)
  }

  /** Sends a command, if there is one, and resolves with the reply. */
  say(command: string | undefined): Promise<Reply> {
    if (command !== undefined) this.#socket.write(`${command}\r\n`)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#hand()
    })
  }

  #hand(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    const reply = this.#replies.shift()
    if (reply === undefined && this.#failure === undefined) return
    this.#waiting = undefined
    if (reply !== undefined) waiting.resolve(reply)
    else waiting.reject(this.#failure ?? new Error('the connection ended'))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#hand()
  }
}
