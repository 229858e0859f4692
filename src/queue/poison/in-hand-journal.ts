import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import type { Bytes } from '../../base/byte-size.ts'
import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { HeldMessage, InHandLog, InHandSlot, Trial } from './in-hand.ts'

/*
 * The file: 64 octets of head (what it is, and the run of the machine in which it was written), then slots of 16
 * octets: the message's id as a double, 0 for none, and how it is tried. It is written without a flush: what a process
 * wrote outlives the process. It does not outlive the machine, so another run of the machine says nothing.
 */

const headBytes: Bytes = 64
const slotBytes: Bytes = 16
const mark = 'EDGE RELAY in hand 1\n'
const fewestSlots = 1024
/** More messages than this are in hand at a time nowhere; those beyond are not kept. */
const mostSlots = 65_536
/** What comes and goes is written together, so that it costs live mail nothing. */
const interval: Milliseconds = 20
/**
 * So many messages are written down at once after a death, before any work on them: one that ends the process sooner
 * than they would be is found the second time.
 */
const carefully = 10_000

const trials: readonly Trial[] = ['none', 'beside others', 'alone']

interface JournalParts {
  /** Of the queue file; the journal stands beside it. */
  readonly queuePath: string
  readonly clock: Clock
  /** Names the run of the machine; empty where it is not known. */
  readonly machineRun: string
  /** The journal cannot be written: from now on nothing is kept. */
  readonly onTrouble: (error: unknown) => void
}

/** Where the journal of a queue file is. */
export function inHandPath(queuePath: string): string {
  return `${queuePath}-in-hand`
}

/** The messages in hand of one process. */
export class InHandJournal implements InHandLog {
  readonly died: readonly HeldMessage[]
  readonly #parts: JournalParts
  #file: number | undefined
  #slots = Buffer.alloc(fewestSlots * slotBytes)
  readonly #free: InHandSlot[] = []
  #used = 0
  #size = 0
  #careful: number
  /** What is not written yet lies between these. */
  #dirtyFrom = Infinity
  #dirtyTo = 0
  #isPlanned = false

  constructor(parts: JournalParts) {
    this.#parts = parts
    const died = read(inHandPath(parts.queuePath), parts.machineRun)
    this.died = died ?? []
    this.#careful = died === undefined ? 0 : carefully
    try {
      this.#file = openSync(inHandPath(parts.queuePath), 'w', 0o600)
      writeSync(this.#file, headOf(parts.machineRun), 0, headBytes, 0)
    } catch (error) {
      this.#giveUp(error)
    }
  }

  get size(): number {
    return this.#size
  }

  enter(messageId: number, trial: Trial = 'none'): InHandSlot {
    if (this.#file === undefined) return -1
    const slot = this.#free.pop() ?? this.#newSlot()
    if (slot < 0) return slot
    this.#size++
    this.#slots.writeDoubleLE(messageId, slot * slotBytes)
    this.#slots[slot * slotBytes + 8] = trials.indexOf(trial)
    this.#touch(slot)
    if (this.#careful > 0 || trial !== 'none') {
      this.#careful--
      this.#write()
    }
    return slot
  }

  tryAs(slot: InHandSlot, trial: Trial): void {
    if (slot < 0) return
    this.#slots[slot * slotBytes + 8] = trials.indexOf(trial)
    this.#touch(slot)
    this.#write()
  }

  leave(slot: InHandSlot): void {
    if (slot < 0) return
    this.#size--
    this.#slots.fill(0, slot * slotBytes, (slot + 1) * slotBytes)
    this.#free.push(slot)
    this.#touch(slot)
  }

  /** The process ends in order. */
  close(): void {
    if (this.#file === undefined) return
    closeSync(this.#file)
    this.#file = undefined
    rmSync(inHandPath(this.#parts.queuePath), { force: true })
  }

  #newSlot(): InHandSlot {
    if (this.#used === mostSlots) return -1
    if (this.#used * slotBytes === this.#slots.length)
      this.#slots = Buffer.concat([this.#slots, Buffer.alloc(this.#slots.length)])
    return this.#used++
  }

  #touch(slot: InHandSlot): void {
    this.#dirtyFrom = Math.min(this.#dirtyFrom, slot * slotBytes)
    this.#dirtyTo = Math.max(this.#dirtyTo, (slot + 1) * slotBytes)
    if (this.#isPlanned) return
    this.#isPlanned = true
    this.#parts.clock.after(interval, this.#writeLater)
  }

  readonly #writeLater = (): void => {
    this.#isPlanned = false
    this.#write()
  }

  #write(): void {
    if (this.#file === undefined || this.#dirtyTo === 0) return
    const from = this.#dirtyFrom
    const length = this.#dirtyTo - from
    this.#dirtyFrom = Infinity
    this.#dirtyTo = 0
    try {
      writeSync(this.#file, this.#slots, from, length, headBytes + from)
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** What it says is not true any more: the next start is not to blame anything for it. */
  #giveUp(error: unknown): void {
    const { queuePath, onTrouble } = this.#parts
    try {
      if (this.#file !== undefined) closeSync(this.#file)
      rmSync(inHandPath(queuePath), { force: true })
    } catch {
      // A disk that takes nothing keeps it; `onTrouble` tells of that disk.
    }
    this.#file = undefined
    onTrouble(error)
  }
}

function headOf(machineRun: string): Buffer {
  const head = Buffer.alloc(headBytes)
  head.write(mark + machineRun.slice(0, headBytes - mark.length), 'latin1')
  return head
}

/** What stands in a journal that was left behind; undefined when none was, or it cannot be read. */
function read(path: string, machineRun: string): readonly HeldMessage[] | undefined {
  try {
    if (statSync(path).size > headBytes + mostSlots * slotBytes) return undefined
    const content = readFileSync(path)
    const isOurs = content.subarray(0, headBytes).equals(headOf(machineRun))
    return isOurs ? heldIn(content.subarray(headBytes)) : undefined
  } catch {
    return undefined
  }
}

function heldIn(slots: Buffer): readonly HeldMessage[] {
  const held = new Map<number, Trial>()
  for (let at = 0; at + slotBytes <= slots.length; at += slotBytes) {
    const id = slots.readDoubleLE(at)
    if (!Number.isSafeInteger(id) || id <= 0) continue
    const trial = trials[slots[at + 8] ?? 0] ?? 'none'
    const known = held.get(id) ?? 'none'
    held.set(id, trials.indexOf(trial) > trials.indexOf(known) ? trial : known)
  }
  return [...held].map(([messageId, trial]) => ({ messageId, trial }))
}
