import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { HttpAnswer } from './http-answer.ts'

/** So much of an answer's body is read. */
const longestText = 2048

/** What a request stands for while it goes on. */
export interface ExchangeOptions {
  readonly pieces: AsyncIterable<Buffer>
  readonly clock: Clock
  /** How long the other side may let us wait for its next sign. */
  readonly timeLimit: Milliseconds
  /** Aborts when the connection is given up. */
  readonly signal: AbortSignal
  /** All is sent: the answer is waited for. */
  readonly onSent: () => void
}

/**
 * Sends the pieces as the body of a request and resolves with the answer. One that refuses may come before all is
 * sent; one that says yes counts when all is. Rejects with what the network, the time limit or the content says.
 */
export async function exchange(
  request: ClientRequest,
  options: ExchangeOptions,
): Promise<HttpAnswer> {
  const { clock, timeLimit, signal } = options
  const late = () =>
    request.destroy(new Error(`no answer within ${Math.round(timeLimit / 1000)} s`))
  let timer: Timer = clock.after(timeLimit, late)
  const progress = () => {
    timer.cancel()
    timer = clock.after(timeLimit, late)
  }
  const leave = () => request.destroy(reasonOf(signal))
  signal.addEventListener('abort', leave, { once: true })
  if (signal.aborted) leave()
  try {
    const answered = answerTo(request)
    const whole = send(request, options.pieces, progress)
    const sent = whole.then(
      () => {
        progress()
        options.onSent()
        return answered
      },
      // What broke may be that the answer came before all was sent.
      (error: unknown) => Promise.race([answered, Promise.reject(asError(error))]),
    )
    const response = await Promise.race([answered, sent])
    progress()
    if (saysYes(response) && !(await whole))
      throw new Error('the connection was closed before all of the message was sent')
    return await readAnswer(response, request)
  } catch (error) {
    request.destroy()
    throw error
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', leave)
  }
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request.once('response', resolve)
  // Errors may come more than once, and after the answer too.
  request.on('error', reject)
  request.once('close', () => reject(new Error('the connection was closed without an answer')))
  promise.catch(() => undefined)
  return promise
}

const saysYes = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300

/** Whether all of it was sent; false when the request ended before. */
async function send(
  request: ClientRequest,
  pieces: AsyncIterable<Buffer>,
  progress: () => void,
): Promise<boolean> {
  for await (const piece of pieces) {
    // A piece's memory is filled anew once the next is asked for, so it has to be gone by then.
    if (request.destroyed || !(await written(request, piece))) return false
    progress()
  }
  const { promise, resolve } = Promise.withResolvers<boolean>()
  request.once('close', () => resolve(request.writableFinished))
  request.end(() => resolve(true))
  return await promise
}

function written(request: ClientRequest, piece: Buffer): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const isOver = () => resolve(false)
  request.once('close', isOver)
  request.write(piece, (error) => {
    request.off('close', isOver)
    if (error === undefined || error === null) resolve(true)
    else reject(error)
  })
  return promise
}

async function readAnswer(response: IncomingMessage, request: ClientRequest): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue
      chunks.push(chunk)
      length += chunk.length
      if (length >= longestText) break
    }
  } catch {
    // The status counts, whatever became of the text.
  }
  // Of an answer that came early, or goes on, the connection is of no more use.
  if (!request.writableFinished || !response.complete) request.destroy()
  const retryAfter = response.headers['retry-after']
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    ...(retryAfter !== undefined && { retryAfter }),
    text: Buffer.concat(chunks).toString('utf8').slice(0, longestText),
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
