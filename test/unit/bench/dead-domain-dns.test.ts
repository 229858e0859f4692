import { expect, test } from 'vitest'
import { Packet } from 'dns2'
import { answerTo } from '../../../bench/load/dead-domain-dns.ts'

function ask(name: string, type: number) {
  const query = new Packet()
  query.header.id = 4711
  query.questions.push({ name, type, class: Packet.CLASS.IN } as never)
  const answer = answerTo(query.toBuffer(), [127, 0, 0, 9])
  if (answer === undefined) throw new Error('there is no answer')
  return Packet.parse(answer)
}

test('every domain has a mail exchanger of its own, at the one address', () => {
  const mx = ask('dead7.test', Packet.TYPE.MX)
  expect(mx.header.id).toBe(4711)
  expect(mx.answers).toMatchObject([
    { name: 'dead7.test', exchange: 'mx.dead7.test', priority: 10 },
  ])
  expect(ask('mx.dead7.test', Packet.TYPE.A).answers).toMatchObject([{ address: '127.0.0.9' }])
  expect(ask('mx.dead7.test', Packet.TYPE.AAAA).answers).toEqual([])
})

test('what is no query gets no answer', () => {
  expect(answerTo(Buffer.from('hello'), [127, 0, 0, 9])).toBeUndefined()
  expect(answerTo(Buffer.alloc(12), [127, 0, 0, 9])).toBeUndefined()
})
