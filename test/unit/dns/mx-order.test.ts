import { describe, expect, test } from 'vitest'
import { orderMx } from '../../../src/dns/mx-order.ts'
import type { MxRecord } from '../../../src/dns/resolver.ts'

const record = (text: string): MxRecord => {
  const [preference = '', exchange = ''] = text.split(' ')
  return { preference: Number(preference), exchange }
}

/** The order with a chance that leaves the sequence as it is. */
function order(records: readonly string[], random = () => 0.999) {
  const isSelf = (host: string) => host === 'us'
  const result = orderMx(records.map(record), { random, isSelf })
  return result.kind === 'hosts' ? result.hosts.map(({ exchange }) => exchange) : result.kind
}

describe('the order of mail exchangers', () => {
  test.each([
    [
      ['20 b', '10 a', '30 c'],
      ['a', 'b', 'c'],
    ],
    [['0 '], 'null'],
    [['10 a', '0 '], ['a']],
    [['10 us'], 'loop'],
    [['10 us', '20 b'], 'loop'],
    [['10 us', '10 b'], 'loop'],
    [['10 a', '20 us', '20 b', '30 c'], ['a']],
    [
      ['20 a', '10 a', '15 b'],
      ['a', 'b'],
    ],
  ])('for %j is %j', (records, expected) => {
    expect(order(records)).toEqual(expected)
  })

  test('shares equal preferences out', () => {
    const records = ['10 a', '10 b', '20 c']
    const firsts = new Set([0, 0.999].map((chance) => order(records, () => chance)[0]))
    expect(firsts).toEqual(new Set(['a', 'b']))
    expect(order(records, () => 0)[2]).toBe('c')
  })

  test('takes no more than a hundred hosts', () => {
    const many = Array.from({ length: 2000 }, (_, at) => `${at} h${at}`)
    expect(order(many)).toHaveLength(100)
  })
})
