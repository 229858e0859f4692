import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { withField, withOctets, withValue, withoutField } from '../../../src/message/header-edit.ts'

const header = new HeaderBlock(
  Buffer.from(
    'Received: one\r\nSubject: Hi\r\n there\r\nX-Tag: a\r\nx-tag: b\r\nTo: c@d.example\r\n',
  ),
)
const text = (block: HeaderBlock | undefined) => block?.bytes.toString('latin1')

test('a field is added above all others, and below them', () => {
  const field = { name: 'X-New', value: 'v' }
  expect(text(withField(header, field, 'top'))).toMatch(/^X-New: v\r\nReceived: one\r\n/)
  expect(text(withField(header, field, 'bottom'))).toMatch(/To: c@d\.example\r\nX-New: v\r\n$/)
})

test('what is not ASCII is encoded, and no value ends its field', () => {
  const value = 'Grüße\r\nBcc: x@y.example'
  const added = text(withField(header, { name: 'Subject', value }, 'top')) ?? ''
  expect(added).toMatch(/^Subject: =\?utf-8\?B\?[^\r]*\?=\r\nReceived/)
})

test('a value takes the place of the first one, and its namesakes go', () => {
  expect(text(withValue(header, 'X-TAG', 'c'))).toBe(
    'Received: one\r\nSubject: Hi\r\n there\r\nX-TAG: c\r\nTo: c@d.example\r\n',
  )
  expect(text(withValue(header, 'Cc', 'e@f.example'))).toMatch(/\r\nCc: e@f\.example\r\n$/)
})

describe('octets take the place of a value', () => {
  test('of the one that was meant, folds included', () => {
    const changed = withOctets(header, { name: 'X-Tag', index: 1 }, Buffer.from(' new\r\n value'))
    expect(text(changed)).toBe(
      'Received: one\r\nSubject: Hi\r\n there\r\nX-Tag: a\r\nx-tag: new\r\n value\r\nTo: c@d.example\r\n',
    )
  })

  test('of none that is not there', () => {
    expect(withOctets(header, { name: 'X-Tag', index: 2 }, Buffer.from(' x'))).toBeUndefined()
  })
})

test('every field of a name is removed', () => {
  expect(text(withoutField(header, 'X-Tag'))).toBe(
    'Received: one\r\nSubject: Hi\r\n there\r\nTo: c@d.example\r\n',
  )
})
