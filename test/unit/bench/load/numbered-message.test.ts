import { describe, expect, test } from 'vitest'
import {
  bodyOf,
  headerOf,
  readMark,
  recipientIndex,
  recipientName,
} from '../../../../bench/load/numbered-message.ts'

describe('a numbered message', () => {
  const mark = { round: 3, number: 17, sentAt: 1234.5 }

  test('is known again behind header lines of others', () => {
    const received = Buffer.from(`Received: from x\r\n\tby y\r\n${headerOf(mark)}`)
    expect(readMark(received)).toEqual(mark)
  })

  test('is not known before its line is whole', () => {
    const received = Buffer.from(`Received: from x\r\n${headerOf(mark)}`.slice(0, -3))
    expect(readMark(received)).toBeUndefined()
  })

  test('has a body of the octets asked for, of short lines, with its final dot', () => {
    const body = bodyOf(5120).toString('latin1')
    expect(body).toMatch(/^\r\n[^]*\r\n\.\r\n$/)
    expect(body).toHaveLength('\r\n'.length + 5120 + '.\r\n'.length)
    expect(Math.max(...body.split('\r\n').map(({ length }) => length))).toBeLessThan(80)
  })

  test('has recipients that are known by their number', () => {
    expect(recipientIndex(`RCPT TO:<${recipientName(12)}@d2.test> NOTIFY=NEVER`)).toBe(12)
  })
})
