import { expect, test } from 'vitest'
import { formatMailDate } from '../../../src/message/mail-date.ts'

test.each([
  [Date.UTC(2016, 7, 5, 23, 24, 41), -420, 'Fri, 5 Aug 2016 16:24:41 -0700'],
  [Date.UTC(2026, 9, 1, 9, 0, 0), 0, 'Thu, 1 Oct 2026 09:00:00 +0000'],
  [Date.UTC(2025, 11, 31, 20, 15, 9), 330, 'Thu, 1 Jan 2026 01:45:09 +0530'],
  [Date.UTC(2026, 0, 1, 1, 0, 0), -210, 'Wed, 31 Dec 2025 21:30:00 -0330'],
])('writes %i at %i minutes', (time, offset, text) => {
  expect(formatMailDate(time, offset)).toBe(text)
})

test('uses the offset of the machine when none is given', () => {
  const time = Date.UTC(2026, 5, 1)
  expect(Date.parse(formatMailDate(time))).toBe(time)
})
