import { expect, test } from 'vitest'
import type { IncomingMessage } from '../../../../src/message/message-sink.ts'
import { Arrival } from '../../../../src/receive/session/arrival.ts'
import { type Reply, reply, replyText } from '../../../../src/smtp/reply.ts'

const taken = reply('250 2.6.0 taken')

function arrival({ rejectBareLinefeed = false } = {}) {
  const calls: string[] = []
  let refusal: Reply | undefined
  const message: IncomingMessage = {
    get refusal() {
      return refusal
    },
    refuse(reason) {
      calls.push(`refuse ${reason.code}`)
      refusal ??= reason
    },
    addRecipient: ({ address }) =>
      address.startsWith('no') ? reply('550 5.1.1 User unknown') : undefined,
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
  const takenBack: string[] = []
  const counted = { allowed: true, takeBack: () => takenBack.push('taken back') } as const
  const envelope = { sender: '', body: '7BIT', smtpUtf8: false } as const
  const options = { envelope, counted, rejectBareLinefeed }
  return { calls, takenBack, message, arrival: new Arrival(message, options) }
}

const text = async (answer: Reply | Promise<Reply>) => replyText(await answer)

test('counts the recipients that were taken', async () => {
  const { arrival: message } = arrival()
  await message.addRecipient({ address: 'ann@contoso.example' })
  await message.addRecipient({ address: 'nobody@contoso.example' })
  expect(message.recipients).toBe(1)
})

test('passes content on and commits; nothing of it can be forgotten then', async () => {
  const { calls, arrival: message } = arrival()
  await message.startContent()
  expect(message.hasContent).toBe(true)
  await message.write(Buffer.from('one\r\n'))
  expect(await text(message.end())).toBe('250 2.6.0 taken')
  message.abandon()
  expect(calls).toEqual(['write 5', 'commit'])
})

test('passes nothing on of what was refused, and does not commit it', async () => {
  const { calls, message, arrival: refused } = arrival()
  await refused.startContent()
  message.refuse(reply('552 5.3.4 too large'))
  await refused.write(Buffer.alloc(1000, 'x'))
  expect(await text(refused.end())).toBe('552 5.3.4 too large')
  expect(calls).toEqual(['refuse 552'])
})

test('does not count for the rate when it is forgotten before its content', async () => {
  const { calls, takenBack, arrival: message } = arrival()
  message.abandon()
  expect([calls, takenBack]).toEqual([['abort'], ['taken back']])
  const { takenBack: kept, arrival: begun } = arrival()
  await begun.startContent()
  begun.abandon()
  expect(kept).toEqual([])
})

test.each([
  [{ bareLineFeed: true, nul: false }, true, '550 5.6.11'],
  [{ bareLineFeed: true, nul: false }, false, '250 2.6.0'],
  [{ bareLineFeed: false, nul: true }, false, '550 5.6.0'],
])('judges %o when the connector rejects bare line feeds: %s', async (faults, reject, code) => {
  const { arrival: message } = arrival({ rejectBareLinefeed: reject })
  expect(await text(message.end(faults))).toMatch(new RegExp(`^${code} `))
})

test.each([
  [['one\r', '\ntwo\r\n'], undefined],
  [['one\n'], '5.6.11'],
  [['one\r', 'two'], '5.6.11'],
  [['a\0b'], '5.6.0'],
])('looks at chunks %o itself', async (chunks, expected) => {
  const { arrival: message } = arrival({ rejectBareLinefeed: true })
  for (const chunk of chunks) await message.writeOctets(Buffer.from(chunk))
  expect((await message.end()).enhanced).toBe(expected ?? '2.6.0')
})
