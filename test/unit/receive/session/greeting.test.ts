import { expect, test } from 'vitest'
import { greeting, helloLine } from '../../../../src/receive/session/greeting.ts'
import { replyText } from '../../../../src/smtp/reply.ts'

test('greets with local time, the day unpadded, and the offset', () => {
  const now = new Date(2016, 7, 5, 16, 4, 41)
  const minutes = -now.getTimezoneOffset()
  const sign = minutes < 0 ? '-' : '+'
  const away = Math.abs(minutes)
  const offset = `${sign}${String(Math.floor(away / 60)).padStart(2, '0')}${String(away % 60).padStart(2, '0')}`
  expect(replyText(greeting('mail.example', '', now.getTime()))).toBe(
    `220 mail.example Microsoft ESMTP MAIL Service ready at Fri, 5 Aug 2016 16:04:41 ${offset}`,
  )
})

test('a banner replaces the whole line', () => {
  expect(replyText(greeting('mail.example', '220 hello there', 0))).toBe('220 hello there')
  expect(replyText(greeting('mail.example', '220', 0))).toBe('220')
})

test('shows the client in brackets', () => {
  const client = { address: '2001:db8::1', port: 1 }
  expect(helloLine('mail.example', client)).toBe('mail.example Hello [2001:db8::1]')
})
