import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import type { Arrivals } from './arrivals.ts'
import { type MessageMark, readMark, recipientIndex } from './numbered-message.ts'

const lineEnd = Buffer.from('\r\n')
const finalDot = Buffer.from('\r\n.\r\n')
/** The mark lies in the header, and that is never longer. */
const longestHeader = 65_536

const replies = {
  greeting: '220 sink.example.test ESMTP\r\n',
  hello: '250-sink.example.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 104857600\r\n',
  fine: '250 2.0.0 Ok\r\n',
  data: '354 Go on\r\n',
  bye: '221 2.0.0 Bye\r\n',
  startTls: '220 2.0.0 Ready\r\n',
  unknown: '500 5.5.2 Unknown\r\n',
} as const

/** One connection to the sink: takes everything, and ticks off what came. */
export class SinkSession {
  readonly #arrivals: Arrivals
  /** Present while STARTTLS is on offer. */
  #tls: SecureContext | undefined
  #socket: Socket
  /** What has come and is not yet understood. */
  #rest: Buffer = Buffer.alloc(0)
  #inContent = false
  /** Content until its mark was found; undefined afterwards. */
  #header: Buffer | undefined
  #mark: MessageMark | undefined
  #recipients: number[] = []
  #answer = ''

  constructor(socket: Socket, arrivals: Arrivals, tls: SecureContext | undefined) {
    this.#socket = socket
    this.#arrivals = arrivals
    this.#tls = tls
    this.#listen()
    socket.write(replies.greeting)
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
    // A client that goes away without a word is no trouble of the sink's.
    this.#socket.on('error', () => undefined)
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#rest.length > 0 && (this.#inContent ? this.#content() : this.#command()));
    if (this.#answer !== '') this.#socket.write(this.#answer)
    this.#answer = ''
  }

  /** Takes one command; false when there is no whole one. */
  #command(): boolean {
    const end = this.#rest.indexOf('\r\n')
    if (end < 0) return false
    const command = this.#rest.toString('latin1', 0, end)
    this.#rest = this.#rest.subarray(end + 2)
    this.#answer += this.#replyTo(command)
    return true
  }

  #replyTo(command: string): string {
    switch (command.slice(0, 4).toUpperCase()) {
      case 'EHLO':
        return `${replies.hello}${this.#tls === undefined ? '' : '250-STARTTLS\r\n'}250 ENHANCEDSTATUSCODES\r\n`
      case 'MAIL':
      case 'RSET':
        this.#recipients = []
        return replies.fine
      case 'RCPT':
        this.#recipients.push(recipientIndex(command))
        return replies.fine
      case 'DATA':
        this.#beginContent()
        return replies.data
      case 'QUIT':
        this.#socket.end(this.#answer + replies.bye)
        this.#answer = ''
        return ''
      case 'STAR':
        return this.#startTls()
      case 'NOOP':
      case 'HELO':
        return replies.fine
      default:
        return replies.unknown
    }
  }

  #beginContent(): void {
    this.#inContent = true
    this.#mark = undefined
    this.#header = Buffer.alloc(0)
    // So that a final dot right at the beginning is found, too.
    this.#rest = Buffer.concat([lineEnd, this.#rest])
  }

  /** Takes content; false when its end has not come. */
  #content(): boolean {
    const dot = this.#rest.indexOf(finalDot)
    // What could be the beginning of a final dot stays for the next chunk.
    const end = dot < 0 ? Math.max(0, this.#rest.length - finalDot.length + 1) : dot
    this.#seekMark(this.#rest.subarray(0, end))
    this.#rest = this.#rest.subarray(dot < 0 ? end : dot + finalDot.length)
    if (dot < 0) return false
    this.#inContent = false
    this.#arrivals.arrived(this.#mark, this.#recipients)
    this.#recipients = []
    this.#answer += replies.fine
    return true
  }

  #seekMark(part: Buffer): void {
    if (this.#header === undefined) return
    this.#header = this.#header.length === 0 ? part : Buffer.concat([this.#header, part])
    this.#mark = readMark(this.#header)
    if (this.#mark !== undefined || this.#header.length > longestHeader) this.#header = undefined
  }

  #startTls(): string {
    if (this.#tls === undefined) return replies.unknown
    const secureContext = this.#tls
    this.#tls = undefined
    this.#socket.removeAllListeners()
    this.#socket.on('error', () => undefined)
    this.#socket.write(replies.startTls)
    this.#rest = Buffer.alloc(0)
    this.#socket = new TLSSocket(this.#socket, { isServer: true, secureContext })
    this.#listen()
    return ''
  }
}
