import { expect, test } from 'vitest'
import type { IncomingMessage } from '../../../../src/message/message-sink.ts'
import { ContentIntake } from '../../../../src/receive/session/content-intake.ts'
import { type Reply, reply, replyText } from '../../../../src/smtp/reply.ts'

const taken = reply('250 2.6.0 taken')

function intake(rules: { maxSize?: number; rejectBareLinefeed?: boolean } = {}) {
  const calls: string[] = []
  const message: IncomingMessage = {
    addRecipient: () => undefined,
    startContent: () => undefined,
    write: (chunk) => {
      calls.push(`write ${chunk.length}`)
    },
    commit: () => {
      calls.push('commit')
      return Promise.resolve(taken)
    },
    abort: () => calls.push('abort'),
  }
  const all = { maxSize: Infinity, rejectBareLinefeed: false, ...rules }
  return { calls, intake: new ContentIntake(message, all) }
}

const text = async (answer: Reply | Promise<Reply>) => replyText(await answer)

test('passes content on and commits', async () => {
  const { calls, intake: content } = intake()
  await content.write(Buffer.from('one\r\n'))
  expect(await text(content.finish())).toBe('250 2.6.0 taken')
  content.abandon()
  expect(calls).toEqual(['write 5', 'commit'])
})

test('forgets a message at the octet that is too much, and stores nothing after', async () => {
  const { calls, intake: content } = intake({ maxSize: 8 })
  await content.write(Buffer.alloc(8, 'x'))
  await content.write(Buffer.alloc(1, 'x'))
  await content.write(Buffer.alloc(1000, 'x'))
  expect(calls).toEqual(['write 8', 'abort'])
  expect(await text(content.finish())).toMatch(/^552 5\.3\.4/)
  expect(calls).toHaveLength(2)
})

test.each([
  [{ bareLineFeed: true, nul: false }, true, '550 5.6.11'],
  [{ bareLineFeed: true, nul: false }, false, '250 2.6.0'],
  [{ bareLineFeed: false, nul: true }, false, '550 5.6.0'],
])('judges %o when the connector rejects bare line feeds: %s', async (faults, reject, code) => {
  const { intake: content } = intake({ rejectBareLinefeed: reject })
  expect(await text(content.finish(faults))).toMatch(new RegExp(`^${code} `))
})

test.each([
  [['one\r', '\ntwo\r\n'], undefined],
  [['one\n'], '5.6.11'],
  [['one\r', 'two'], '5.6.11'],
  [['a\0b'], '5.6.0'],
])('looks at chunks %o itself', async (chunks, expected) => {
  const { intake: content } = intake({ rejectBareLinefeed: true })
  for (const chunk of chunks) await content.writeOctets(Buffer.from(chunk))
  expect((await content.finish()).enhanced).toBe(expected ?? '2.6.0')
})
