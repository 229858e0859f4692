import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/**
 * A program of the load in a process of its own, which is told orders and tells reports. It ends with
 * this process, however that ends, for it ends when the channel between them closes.
 */
export class Worker<Order extends object, Report extends object> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #reports: Report[] = []
  #wake: (() => void) | undefined
  #error: Error | undefined

  constructor(program: URL) {
    this.#child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', (report) => {
      this.#reports.push(report as Report)
      this.#wake?.()
    })
    this.#child.on('error', (error) => this.#fail(error))
    this.#child.on('exit', (code, signal) =>
      this.#fail(new Error(`${program.pathname} ended with ${code ?? signal}`)),
    )
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  tell(order: Order): void {
    this.#child.send(order, (error) => {
      if (error !== null) this.#fail(error)
    })
  }

  /** The next report; undefined when none came within `patience` ms. Rejects when the program ended. */
  async report(patience: number, signal: AbortSignal): Promise<Report | undefined> {
    const waited = AbortSignal.any([signal, AbortSignal.timeout(patience)])
    for (;;) {
      const report = this.#reports.shift()
      if (report !== undefined) return report
      if (this.#error !== undefined) throw this.#error
      signal.throwIfAborted()
      if (waited.aborted) return undefined
      const woken = Promise.withResolvers<undefined>()
      this.#wake = () => woken.resolve(undefined)
      waited.addEventListener('abort', this.#wake, { once: true })
      await woken.promise
      waited.removeEventListener('abort', this.#wake)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  #fail(error: Error): void {
    this.#error ??= error
    this.#wake?.()
  }
}
