import { expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { messageIdOf, newMessageId } from '../../../src/message/message-id.ts'

test.each([
  ['Message-ID: <a@b>\r\n', '<a@b>'],
  ['message-id:\r\n <folded@b>\r\n', '<folded@b>'],
  ['Message-ID: without brackets\r\n', 'without brackets'],
  ['Message-ID:\r\nMessage-ID: <second@b>\r\n', '<second@b>'],
  ['Message-ID: <\xe9\x07@b>\r\n', '<? @b>'],
  [`Message-ID: ${'x'.repeat(9999)}\r\n`, 'x'.repeat(250)],
  ['Message-ID:  \r\n', undefined],
  ['Subject: x\r\n', undefined],
])('reads %j', (header, id) => {
  expect(messageIdOf(new HeaderBlock(Buffer.from(header, 'latin1')))).toBe(id)
})

test('makes one from a GUID and the name of the server', () => {
  expect(newMessageId('edge01.corp.example', () => 'guid')).toBe('<guid@edge01.corp.example>')
})
