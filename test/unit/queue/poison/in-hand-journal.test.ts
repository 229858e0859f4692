import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { InHandJournal, inHandPath } from '../../../../src/queue/poison/in-hand-journal.ts'

let folder: string
let troubles: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'in-hand-'))
  troubles = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const queuePath = () => join(folder, 'mail.que')

/** A process that opens the journal; one that is not closed has died. */
function open(machineRun = 'run-1'): InHandJournal {
  return new InHandJournal({
    queuePath: queuePath(),
    machineRun,
    onTrouble: (error) => troubles.push(error),
  })
}

test('what was in hand is found after a death, and nothing else', async () => {
  const first = open()
  const slots = [101, 102, 103].map((id) => first.enter(id))
  first.leave(slots[1] ?? -1)
  await turn()
  expect(open().died).toEqual([
    { messageId: 101, trial: 'none' },
    { messageId: 103, trial: 'none' },
  ])
})

test('a message that is in hand for several next hops is named once', async () => {
  const first = open()
  first.enter(7)
  first.enter(7, 'beside others')
  await turn()
  expect(open().died).toEqual([{ messageId: 7, trial: 'beside others' }])
})

test('an orderly end leaves nothing behind', async () => {
  const first = open()
  first.enter(1)
  await turn()
  first.close()
  expect(existsSync(inHandPath(queuePath()))).toBe(false)
  expect(open().died).toEqual([])
})

test('what was in hand when the machine went down says nothing', async () => {
  open('run-1').enter(1)
  await turn()
  expect(open('run-2').died).toEqual([])
})

test('nothing is written within a turn of the event loop, but after a death each message at once', async () => {
  const size = () => statSync(inHandPath(queuePath())).size
  const first = open()
  const empty = size()
  first.enter(1)
  expect(size()).toBe(empty)
  await turn()
  expect(size()).toBeGreaterThan(empty)
  const second = open()
  second.enter(2)
  expect(open().died).toEqual([{ messageId: 2, trial: 'none' }])
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
])('a file %s says nothing, and is replaced', async (_, content) => {
  writeFileSync(inHandPath(queuePath()), content)
  const journal = open()
  expect(journal.died).toEqual([])
  journal.enter(1)
  await turn()
  expect(open().died).toHaveLength(1)
})

test('a journal that cannot be written costs nobody his mail', () => {
  rmSync(folder, { recursive: true })
  const journal = open()
  expect(troubles).toHaveLength(1)
  journal.leave(journal.enter(1))
  expect([journal.died, journal.size]).toEqual([[], 0])
})

test('whatever comes and goes, the file names what is in hand', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2000), { maxLength: 3000 }), async (steps) => {
      const journal = open()
      const held = new Map<number, number>()
      for (const step of steps) {
        const slot = held.get(step)
        if (slot === undefined) held.set(step, journal.enter(step + 1))
        else journal.leave(slot)
        if (slot !== undefined) held.delete(step)
      }
      await turn()
      expect(journal.size).toBe(held.size)
      const found = open().died.map(({ messageId }) => messageId - 1)
      expect(new Set(found)).toEqual(new Set(held.keys()))
    }),
    { numRuns: 20, interruptAfterTimeLimit: 2000 },
  )
})

test('a thousand messages that come and go leave a file as large as one', async () => {
  const journal = open()
  for (let n = 1; n <= 1000; n++) journal.leave(journal.enter(n))
  await turn()
  expect(readFileSync(inHandPath(queuePath())).length).toBe(64 + 16)
})
