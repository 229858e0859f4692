import { type Socket, connect } from 'node:net'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { Binding } from '../../receive/binding.ts'
import { type Reply, replyText } from '../../smtp/reply.ts'
import { ReplyReader } from '../../smtp/reply-reader.ts'

const patience: Milliseconds = 60 * second

/** A message for a server, as a plain client sends it. */
export interface HandMail {
  readonly endpoint: Binding
  readonly helo: string
  readonly sender: string
  readonly recipient: string
  readonly lines: readonly string[]
}

/** Whether the server took it, and its last reply, or what went wrong. */
export interface HandMailResult {
  readonly accepted: boolean
  readonly reply: string
}

/** Hands one message over by SMTP without extensions, TLS or an account. Never rejects. */
export async function sendByHand(mail: HandMail, signal: AbortSignal): Promise<HandMailResult> {
  const { address, port } = mail.endpoint
  const socket = connect({ host: address, port })
  try {
    const dialogue = new Dialogue(socket, signal)
    return await handOver(dialogue, mail)
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
  const text = mail.lines.map((line) => line.replace(/[\r\n]/g, ' ').replace(/^\./, '..'))
  const steps: readonly (readonly [command: string | undefined, expected: number])[] = [
    [undefined, 220],
    [`EHLO ${mail.helo}`, 250],
    [`MAIL FROM:${path(mail.sender)}`, 250],
    [`RCPT TO:${path(mail.recipient)}`, 250],
    ['DATA', 354],
    [`${text.join('\r\n')}\r\n.`, 250],
  ]
  let reply = ''
  for (const [command, expected] of steps) {
    const answer = await dialogue.say(command)
    reply = replyText(answer)
    if (answer.code !== expected) return { accepted: false, reply }
  }
  return { accepted: true, reply }
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
