import { describe, expect, test } from 'vitest'
import { expiredFiles } from '../../../src/logs/log-retention.ts'

const now = Date.parse('2026-01-02T03:30:00Z')
const file = (name: string, size = 100) => ({ name, size })
const limits = { maxAge: 0, maxDirectorySize: Infinity, maxFileSize: 100 }

describe('by age', () => {
  const files = [
    file('RECV2026010200-1.LOG'),
    file('RECV2026010201-1.LOG'),
    file('RECV20260101-1.log'),
    file('RECV20251231-1.log'),
  ]

  test('names files whose hour or day ended before the age', () => {
    const hour = { ...limits, maxAge: 3_600_000 }
    expect(expiredFiles(files, 'RECV', { now, limits: hour })).toEqual([
      'RECV20251231-1.log',
      'RECV20260101-1.log',
      'RECV2026010200-1.LOG',
      'RECV2026010201-1.LOG',
    ])
    const day = { ...limits, maxAge: 86_400_000 }
    expect(expiredFiles(files, 'RECV', { now, limits: day })).toEqual(['RECV20251231-1.log'])
  })

  test('keeps all with age 0', () => {
    expect(expiredFiles(files, 'RECV', { now, limits })).toEqual([])
  })
})

describe("by the folder's limit", () => {
  test('names the oldest, by hour and then by number, until a new file fits', () => {
    const files = [
      file('RECV2026010202-10.LOG'),
      file('RECV2026010202-9.LOG'),
      file('RECV2026010203-1.LOG'),
      file('RECV2026010202-2.LOG'),
    ]
    const folder = { ...limits, maxDirectorySize: 300 }
    expect(expiredFiles(files, 'RECV', { now, limits: folder })).toEqual([
      'RECV2026010202-2.LOG',
      'RECV2026010202-9.LOG',
    ])
  })

  test('never counts nor names files that are not of this log', () => {
    const files = [
      file('SEND2026010202-1.LOG', 5000),
      file('RECV2026010202-1.LOG.gz', 5000),
      file('RECV-notes.txt', 5000),
      file('RECV2026010202-1.LOG', 50),
    ]
    const folder = { ...limits, maxDirectorySize: 200 }
    expect(expiredFiles(files, 'RECV', { now, limits: folder })).toEqual([])
  })
})
