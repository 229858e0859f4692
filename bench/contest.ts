import { flushesDuring } from './flush-probe.ts'
import type { Ground } from './ground.ts'
import type { MailServer } from './mail-server.ts'
import { MemoryWatch } from './memory-watch.ts'
import { type Figures, type Flushes, type Round, RunFailed } from './result.ts'
import { median } from './statistics.ts'
import type { Done, Traffic } from './traffic.ts'

/** One that takes part, under a name. */
export interface Contestant {
  readonly server: MailServer
  /** Default the server's. */
  readonly label?: string
  readonly traffic: Traffic
}

export interface Contest {
  readonly name: string
  /** Of one round. */
  readonly messages: number
  /** Sent before anything is measured; default a quarter of a round. */
  readonly warmUp?: number
  readonly sessions: number
  readonly contestants: readonly Contestant[]
}

/** What the probe sends: few, for strace slows every call. */
const probe = { messages: 40, share: 0.05 }

/**
 * Lets the contestants send and deliver the same load in turns, after a warm-up and a probe of the
 * flushes for each. Rejects with RunFailed, and the log's end, when one loses mail or does not flush.
 */
export async function hold(ground: Ground, contest: Contest): Promise<readonly Figures[]> {
  const prepared: { runner: Runner; proportionalBytes: number; flushes: Flushes }[] = []
  for (const contestant of contest.contestants) {
    const runner = new Runner(ground, contest, contestant)
    const proportionalBytes = await runner.warmUp()
    prepared.push({ runner, proportionalBytes, flushes: await runner.probeFlushes() })
  }
  const rounds = prepared.map((): Round[] => [])
  for (let round = 1; round <= ground.rounds; round++) {
    for (const [at, { runner }] of prepared.entries()) rounds[at]?.push(await runner.round(round))
  }
  return prepared.map(({ runner, ...rest }, at) => ({
    label: runner.label,
    rounds: rounds[at] ?? [],
    ...rest,
  }))
}

/** The median of one figure over the rounds. */
export function middle(figures: Figures, of: (round: Round) => number): number {
  return median(figures.rounds.map(of))
}

/** Bytes, over all rounds. */
export function peakResident({ rounds }: Figures): number {
  return Math.max(...rounds.map(({ residentBytes }) => residentBytes))
}

class Runner {
  readonly label: string
  readonly #ground: Ground
  readonly #contest: Contest
  readonly #server: MailServer
  readonly #traffic: Traffic

  constructor(ground: Ground, contest: Contest, { server, traffic, label }: Contestant) {
    this.label = label ?? server.label
    this.#ground = ground
    this.#contest = contest
    this.#server = server
    this.#traffic = traffic
  }

  /** Resolves with the sum of Pss afterwards, when memory is warm and nobody measures time. */
  async warmUp(): Promise<number> {
    const { messages, sessions, warmUp = Math.round(messages / 4) } = this.#contest
    await this.#send('warm-up', Math.max(sessions, warmUp), sessions)
    return this.#server.tree.proportionalBytes
  }

  async probeFlushes(): Promise<Flushes> {
    const { messages, sessions } = this.#contest
    const few = Math.max(2, Math.min(probe.messages, Math.round(messages * probe.share)))
    const count = (number: number, width: number) =>
      flushesDuring(this.#ground, this.#server, () => this.#send('flushes', number, width))
    const flushes = {
      alone: (await count(few, 1)) / few,
      together: (await count(5 * few, sessions)) / (5 * few),
    }
    this.#say(
      `flushes per message: ${flushes.alone.toFixed(1)} alone, ${flushes.together.toFixed(2)} together`,
    )
    if (flushes.alone < 1) {
      throw new RunFailed(`${this.label} does not flush each message before it answers 250`)
    }
    return flushes
  }

  async round(round: number): Promise<Round> {
    const { messages, sessions } = this.#contest
    const { tree } = this.#server
    using memory = new MemoryWatch(tree)
    const before = tree.cpuSeconds
    const { accepted, arrived } = await this.#send(`round ${round}`, messages, sessions)
    const { resident, processes } = memory.peak
    const result = {
      rate: (messages / arrived) * 1000,
      acceptRate: (messages / accepted) * 1000,
      cpuPerThousand: ((tree.cpuSeconds - before) / messages) * 1000,
      residentBytes: resident,
      processes,
    }
    this.#say(`round ${round}/${this.#ground.rounds}: ${result.rate.toFixed(0)}/s`)
    return result
  }

  async #send(what: string, messages: number, sessions: number): Promise<Done> {
    const { progress, signal } = this.#ground
    const started = performance.now()
    const ticker = setInterval(() => {
      const { arrived } = this.#traffic
      const rate = (arrived / (performance.now() - started)) * 1000
      progress.show(this.#line(`${what}: ${arrived} of ${messages}, ${rate.toFixed(0)}/s`))
    }, 1000)
    try {
      return await this.#traffic.run({ to: this.#server.place, messages, sessions }, signal)
    } catch (error) {
      if (!(error instanceof RunFailed)) throw error
      const words = await this.#server.lastWords()
      throw new RunFailed(`${this.label}, ${what}: ${error.message}\n${words}`, { cause: error })
    } finally {
      clearInterval(ticker)
    }
  }

  #say(text: string): void {
    this.#ground.progress.say(this.#line(text))
  }

  #line(text: string): string {
    return `${this.#contest.name.padEnd(24)}${this.label.padEnd(20)}${text}`
  }
}
