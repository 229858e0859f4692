import { describe, expect, test } from 'vitest'
import { ReplyCounter } from '../../../../bench/load/reply-counter.ts'

describe('replies', () => {
  const codes = (...chunks: readonly string[]) => {
    const found: number[] = []
    const counter = new ReplyCounter()
    for (const chunk of chunks) counter.take(Buffer.from(chunk), (code) => found.push(code))
    return found
  }

  test('count once each, however many lines they have', () => {
    expect(codes('250-a\r\n250-b\r\n250 c\r\n354 go on\r\n')).toEqual([250, 354])
  })

  test('may come in pieces', () => {
    expect(codes('25', '0-a\r', '\n250', ' c\r\n2', '21 bye\r\n')).toEqual([250, 221])
  })
})
