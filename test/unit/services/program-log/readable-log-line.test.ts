import { describe, expect, test } from 'vitest'
import { readableLogLine } from '../../../../src/services/program-log/readable-log-line.ts'

/** 03:04:05 on this machine. */
const time = new Date(2026, 0, 2, 3, 4, 5).getTime()

function shown(entry: object, { width = 80, colour = false } = {}): string {
  const line = { level: 30, time, service: 'Transport', pid: 4711, ...entry }
  return readableLogLine(JSON.stringify(line), { width, colour })
}

describe('a line of the program log at a terminal', () => {
  test.each<[string, object, string]>([
    ['has the time of day and the service', { msg: 'drains' }, '03:04:05 Transport: drains\n'],
    ['names the worker', { msg: 'drains', worker: 2 }, '03:04:05 Transport 2: drains\n'],
    [
      'names a level that is none of every day',
      { level: 40, msg: 'm' },
      '03:04:05 WARN Transport: m\n',
    ],
    [
      'has details in words, not in JSON',
      { msg: 'died', ended: 3, name: 'a "b" \\c', list: ['x', 'y'], in: { ner: true } },
      '03:04:05 Transport: died (ended 3, name a "b" \\c, list x, y, in ner true)\n',
    ],
    [
      'keeps what controls a terminal out',
      { msg: 'from \u001b[2J', reason: 'a\nb' },
      '03:04:05 Transport: from  [2J (reason a b)\n',
    ],
    [
      "keeps the lines of a defect's stack",
      { level: 50, msg: 'fault', error: 'Error: x\n    at f (a.ts:1)\n    at g (b.ts:2)' },
      '03:04:05 ERROR Transport: fault\n  Error: x\n    at f (a.ts:1)\n    at g (b.ts:2)\n',
    ],
  ])('%s', (_, entry, text) => {
    expect(shown(entry)).toBe(text)
  })

  test.each([40, 80, 132])('fits %i columns, broken between words', (width) => {
    const listeners = Array.from({ length: 12 }, (_, at) => `127.0.0.${at}:25`)
    const lines = shown({ msg: 'the service listens', listeners }, { width }).trimEnd().split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
    expect(lines.map((line) => line.slice(9)).join(' ')).toBe(
      `Transport: the service listens (listeners ${listeners.join(', ')})`,
    )
  })

  test('has colours where they are wanted', () => {
    expect(shown({ level: 50, msg: 'm' }, { colour: true })).toBe(
      '\x1b[2m03:04:05 \x1b[0m\x1b[31mERROR Transport: m\x1b[0m\n',
    )
  })

  test('that is no JSON stays as it is', () => {
    expect(readableLogLine('plain\n', { width: 80, colour: true })).toBe('plain\n')
  })
})
