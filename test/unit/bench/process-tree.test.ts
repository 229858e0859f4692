import { describe, expect, test } from 'vitest'
import { ProcessTree, descendants, parseStat } from '../../../bench/process-tree.ts'

describe('a process status', () => {
  test('is read whatever the program is called', () => {
    const text =
      '4711 (a (strange) name) S 42 4711 4711 0 -1 4194560 100 0 0 0 5 6 70 800 20 0 1 0 12345 1000 20 18446744073709551615'
    expect(parseStat(text)).toEqual({ parent: 42, ticks: 5 + 6 + 70 + 800 })
  })
})

describe('a process tree', () => {
  const stat = (parent: number) => ({ parent, ticks: 1 })

  test('is the root with children and grandchildren, and nobody else', () => {
    const all = new Map([
      [1, stat(0)],
      [10, stat(1)],
      [11, stat(10)],
      [12, stat(11)],
      [20, stat(1)],
    ])
    expect([...descendants(all, 10).keys()]).toEqual([10, 11, 12])
  })

  test('is empty when the root has ended', () => {
    expect(descendants(new Map([[11, stat(10)]]), 10).size).toBe(0)
  })

  test('counts the memory and the time of this process', () => {
    const tree = new ProcessTree(process.pid)
    expect(tree.pids).toContain(process.pid)
    expect(tree.memory.resident).toBeGreaterThan(10 * 1024 ** 2)
    expect(tree.cpuSeconds).toBeGreaterThan(0)
  })
})
