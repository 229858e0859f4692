import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../../../support/fake-clock.ts'
import { InHandJournal, inHandPath } from '../../../../src/queue/poison/in-hand-journal.ts'

let folder: string
let troubles: unknown[]
let clock: FakeClock

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'in-hand-'))
  troubles = []
  clock = new FakeClock()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The time after which all is written. */
const passed = () => clock.advance(20)
const queuePath = () => join(folder, 'mail.que')

/** A process that opens the journal; one that is not closed has died. */
function open(machineRun = 'run-1'): InHandJournal {
  return new InHandJournal({
    queuePath: queuePath(),
    clock,
    machineRun,
    onTrouble: (error) => troubles.push(error),
  })
}

/** Nothing more can be written through what this process has of the journal open. */
function fillDisk(): void {
  const isJournal = (name: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === inHandPath(queuePath())
    } catch {
      return false
    }
  }
  const file = Number(readdirSync('/proc/self/fd').find(isJournal))
  closeSync(file)
  const opened: number[] = []
  while (opened.at(-1) !== file && opened.length < 100) opened.push(openSync('/dev/full', 'w'))
  opened.filter((each) => each !== file).forEach((each) => closeSync(each))
}

test('what was in hand is found after a death, and nothing else', () => {
  const first = open()
  const slots = [101, 102, 103].map((id) => first.enter(id))
  first.leave(slots[1] ?? -1)
  passed()
  expect(open().died).toEqual([
    { messageId: 101, trial: 'none' },
    { messageId: 103, trial: 'none' },
  ])
})

test('a message that is in hand for several next hops is named once', () => {
  const first = open()
  first.enter(7)
  first.enter(7, 'beside others')
  passed()
  expect(open().died).toEqual([{ messageId: 7, trial: 'beside others' }])
})

test('an orderly end leaves nothing behind', () => {
  const first = open()
  first.enter(1)
  passed()
  first.close()
  expect(existsSync(inHandPath(queuePath()))).toBe(false)
  expect(open().died).toEqual([])
})

test('what was in hand when the machine went down says nothing', () => {
  open('run-1').enter(1)
  passed()
  expect(open('run-2').died).toEqual([])
})

test('what comes and goes is written together, but after a death each message at once', () => {
  const size = () => statSync(inHandPath(queuePath())).size
  const first = open()
  const empty = size()
  first.enter(1)
  expect(size()).toBe(empty)
  passed()
  expect(size()).toBeGreaterThan(empty)
  const second = open()
  expect(second.died).toHaveLength(1)
  second.enter(2)
  expect(open().died).toEqual([{ messageId: 2, trial: 'none' }])
})

test('a message that ends the process before anything is written is found the second time', () => {
  open().enter(1)
  const second = open()
  expect(second.died).toEqual([])
  second.enter(1)
  expect(open().died).toEqual([{ messageId: 1, trial: 'none' }])
})

test('how a message is tried is written at once', () => {
  const first = open()
  first.tryAs(first.enter(5, 'alone'), 'beside others')
  expect(open().died).toEqual([{ messageId: 5, trial: 'beside others' }])
})

test('the file is for nobody else to read', () => {
  open()
  expect(statSync(inHandPath(queuePath())).mode & 0o777).toBe(0o600)
})

test.each([
  ['of another program', Buffer.from('x'.repeat(4096))],
  ['that is empty', Buffer.alloc(0)],
  ['that is far too large', Buffer.alloc(8 * 1024 * 1024)],
])('a file %s says nothing, and is replaced', (_, content) => {
  writeFileSync(inHandPath(queuePath()), content)
  const journal = open()
  expect(journal.died).toEqual([])
  journal.enter(1)
  passed()
  expect(open().died).toHaveLength(1)
})

test('a journal that cannot be written costs nobody his mail', () => {
  rmSync(folder, { recursive: true })
  const journal = open()
  expect(troubles).toHaveLength(1)
  journal.leave(journal.enter(1))
  expect([journal.died, journal.size]).toEqual([[], 0])
})

test('a disk that is full later on costs nobody his mail, and is told of once', () => {
  const journal = open()
  const slot = journal.enter(1)
  fillDisk()
  expect(troubles).toEqual([])
  passed()
  expect(troubles).toMatchObject([{ code: 'ENOSPC' }])
  expect(journal.enter(2)).toBe(-1)
  journal.tryAs(slot, 'alone')
  journal.leave(slot)
  passed()
  expect([journal.size, troubles.length]).toEqual([0, 1])
})

test('more messages than the file has room for are in hand without it', () => {
  const most = 65_536
  const journal = open()
  const slots = Array.from({ length: most }, (_, n) => journal.enter(n + 1))
  const beyond = journal.enter(most + 1)
  expect([beyond, journal.size]).toEqual([-1, most])
  journal.leave(beyond)
  expect(journal.size).toBe(most)
  // What leaves makes room for the next.
  journal.leave(slots[7] ?? -1)
  expect(journal.enter(most + 2)).toBe(slots[7])
  passed()
  const died = new Set(open().died.map(({ messageId }) => messageId))
  expect([died.size, died.has(8), died.has(most + 1), died.has(most + 2)]).toEqual([
    most,
    false,
    false,
    true,
  ])
})

test('whatever comes and goes, the file names what is in hand', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2000), { maxLength: 3000 }), (steps) => {
      const journal = open()
      const held = new Map<number, number>()
      for (const step of steps) {
        const slot = held.get(step)
        if (slot === undefined) held.set(step, journal.enter(step + 1))
        else journal.leave(slot)
        if (slot !== undefined) held.delete(step)
      }
      passed()
      expect(journal.size).toBe(held.size)
      const found = open().died.map(({ messageId }) => messageId - 1)
      expect(new Set(found)).toEqual(new Set(held.keys()))
    }),
    { numRuns: 20, interruptAfterTimeLimit: 2000 },
  )
})

test('a thousand messages that come and go leave a file as large as one', () => {
  const journal = open()
  for (let n = 1; n <= 1000; n++) journal.leave(journal.enter(n))
  passed()
  expect(readFileSync(inHandPath(queuePath())).length).toBe(64 + 16)
})
