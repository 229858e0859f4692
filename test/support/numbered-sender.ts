import { type Socket, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface SenderOptions {
  readonly address: string
  readonly port: number
  readonly messages: number
  readonly sessions: number
  readonly recipient: string
  /** Octets of body. */
  readonly size: number
  /** Called before each message with how many were begun. */
  readonly onProgress?: (begun: number) => void
}

/** What became of the numbers 0 to messages-1: each is sent once, and never again. */
export interface SenderResult {
  readonly sent: number
  readonly answered: ReadonlySet<number>
}

/** How long a session tries to connect while the relay is being started again. */
const patienceMs = 30_000

/** Sends numbered messages over parallel sessions, each reconnecting when its connection dies. */
export async function sendNumbered(options: SenderOptions): Promise<SenderResult> {
  const answered = new Set<number>()
  const numbers = Array.from({ length: options.messages }, (_, number) => number).values()
  let sent = 0
  const session = async () => {
    let line: Line | undefined
    for (const number of numbers) {
      options.onProgress?.(sent)
      line ??= await openLine(options)
      sent++
      try {
        await sendOne(line, number, options)
        answered.add(number)
      } catch {
        line.close()
        line = undefined
      }
    }
    line?.close()
  }
  await Promise.all(Array.from({ length: options.sessions }, session))
  return { sent, answered }
}

async function sendOne(line: Line, number: number, options: SenderOptions): Promise<void> {
  await line.expect('250', `MAIL FROM:<sender@example.test>\r\n`)
  await line.expect('250', `RCPT TO:<${options.recipient}>\r\n`)
  await line.expect('354', 'DATA\r\n')
  const body = `${'x'.repeat(70)}\r\n`.repeat(Math.ceil(options.size / 72))
  await line.expect(
    '250',
    `From: sender@example.test\r\nSubject: number ${number}\r\nX-Number: ${number}\r\n\r\n${body}end of ${number}\r\n.\r\n`,
  )
}

async function openLine(options: SenderOptions): Promise<Line> {
  const until = Date.now() + patienceMs
  for (;;) {
    const line = new Line(connect(options.port, options.address))
    try {
      await line.expect('220', '')
      await line.expect('250', 'EHLO sender.example.test\r\n')
      return line
    } catch (error) {
      line.close()
      if (Date.now() > until) throw error
      await delay(50)
    }
  }
}

/** One SMTP connection, one command at a time. */
class Line {
  readonly #socket: Socket
  #text = ''
  #waiting: { resolve: (reply: string) => void; reject: (error: Error) => void } | undefined
  #ended = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#text += text
      this.#settle()
    })
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
  }

  /** Sends `text` and resolves when the reply begins with `code`; rejects on any other, or at the end. */
  async expect(code: string, text: string): Promise<void> {
    if (this.#ended) throw new Error('the connection has ended')
    const answer = Promise.withResolvers<string>()
    this.#waiting = answer
    if (text !== '') this.#socket.write(text)
    this.#settle()
    const reply = await answer.promise
    if (!reply.startsWith(code)) throw new Error(reply)
  }

  close(): void {
    this.#socket.destroy()
  }

  #settle(): void {
    const match = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#text)
    if (match === null || this.#waiting === undefined) return
    this.#text = this.#text.slice(match[0].length)
    this.#waiting.resolve(match[0])
    this.#waiting = undefined
  }

  #end(): void {
    this.#ended = true
    this.#waiting?.reject(new Error('the connection ended before the reply'))
    this.#waiting = undefined
  }
}
