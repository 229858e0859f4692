import type { ChildListener } from '../../src/agents/host/agent-child.ts'
import type { AgentStart, ToAgent } from '../../src/agents/host/messages.ts'
import type { StartChild } from '../../src/agents/host/supervised-child.ts'

/** A process of an agent, played by a test. */
export class FakeAgentChild {
  readonly start: AgentStart
  readonly listener: ChildListener
  readonly sent: ToAgent[] = []
  killed: string | undefined

  constructor(start: AgentStart, listener: ChildListener) {
    this.start = start
    this.listener = listener
  }

  send(message: ToAgent): void {
    this.sent.push(message)
  }

  kill(reason: string): void {
    this.killed ??= reason
    this.listener.onEnd(this.killed)
  }

  /** Its module is loaded. */
  load(): void {
    this.listener.onMessage({ kind: 'loaded', events: ['OnEndOfData'] })
  }

  /** It ends by itself. */
  die(reason = 'ended its process (exit code 3)'): void {
    this.listener.onEnd(reason)
  }

  answer(...ids: readonly number[]): void {
    for (const id of ids) this.listener.onMessage({ kind: 'answer', id, actions: [] })
  }

  /** What it was asked, in order. */
  get calls(): readonly number[] {
    return this.sent.flatMap((message) => (message.kind === 'call' ? [message.id] : []))
  }

  get pings(): number {
    return this.sent.filter(({ kind }) => kind === 'ping').length
  }
}

/** Starts such processes, and keeps them in their order. */
export function fakeChildren(): {
  readonly children: FakeAgentChild[]
  readonly start: StartChild
} {
  const children: FakeAgentChild[] = []
  return {
    children,
    start(start, listener) {
      const child = new FakeAgentChild(start, listener)
      children.push(child)
      return child
    },
  }
}
