import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeaderCollector } from '../../../src/message/header-collector.ts'

interface Split {
  readonly kind: 'complete' | 'ended' | 'too-large'
  readonly header?: string
  readonly separator?: string
  readonly body?: string
}

/** Feeds content in the given pieces, as a sink would: what follows the header goes to the body. */
function split(pieces: readonly string[], maxHeaderSize = 1000): Split {
  const collector = new HeaderCollector(maxHeaderSize)
  for (const [at, piece] of pieces.entries()) {
    const progress = collector.push(Buffer.from(piece, 'latin1'))
    if (progress.kind === 'too-large') return { kind: 'too-large' }
    if (progress.kind === 'complete') {
      return { kind: 'complete', ...texts(progress, pieces.slice(at + 1).join('')) }
    }
  }
  return { kind: 'ended', ...texts(collector.end(), '') }
}

function texts(parts: ReturnType<HeaderCollector['end']>, rest: string) {
  return {
    header: parts.header.bytes.toString('latin1'),
    separator: parts.body.toString('latin1', 0, parts.separatorLength),
    body: parts.body.toString('latin1', parts.separatorLength) + rest,
  }
}

const mailbox = 'From u@example.com Mon Sep 14 10:00:00 2026\r\n'
const mark = '\xef\xbb\xbf'

describe('where the header ends', () => {
  test.each([
    ['an empty line', 'A: 1\r\nB: 2\r\n', '\r\n', 'text\r\n'],
    ['a bare LF empty line', 'A: 1\nB: 2\n', '\n', 'text\n'],
    ['an empty line of another kind than the rest', 'A: 1\n', '\r\n', 'text'],
    ['no header at all', '', '\r\n', 'text'],
    ['a missing separator', 'A: 1\r\n', '', 'text without a colon\r\nB: 2\r\n\r\n'],
    ['a first line that is none of a header', '', '', 'text\r\n\r\nA: 1\r\n'],
    ['a continuation without a field', '', '', ' folded\r\n\tmore\r\nbody\r\n'],
    ['a text that begins like a line of an mbox file', '', '', 'From now on\r\n\r\nB: 2\r\n'],
    ['such a text in place of the separator', 'A: 1\r\n', '', 'From a b\r\n c\r\n\r\nB: 2\r\n'],
    ['such a text behind such a line', `${mailbox}A: 1\r\n`, '', 'From a b\r\nc d\r\n'],
    ['a line of an mbox file that never ends', '', '', `From ${'x'.repeat(990)} ${mailbox}`],
    ['a mark and an empty line', '', '', `${mark}\r\nA: 1\r\n`],
    ['half a mark', '', '', '\xef\xbbA: 1\r\n\r\n'],
    ['a colon without a name', 'A: 1\r\n', '', ': value\r\n\r\n'],
    ['a lone CR line', 'A: 1\r\n', '', '\r\r\nB: 2\r\n\r\n'],
    ['a blank within a name', 'A: 1\r\n', '', 'From a b: c\r\n\r\n'],
    ['folds and blanks before the colon', 'A : 1\r\n\tfold\r\n \r\n more\r\n', '\r\n', 'x'],
    ['8-bit values', 'Subject: \xe9\xff\r\n', '\r\n', '\xe9'],
    ['an 8-bit name', 'A: 1\r\n', '', 'S\xe9: x\r\n\r\n'],
    ['a bare CR inside a value', 'A: 1\r2\r\n', '\r\n', 'x'],
    ['a line of an mbox file on top', `${mailbox}A: 1\r\n`, '\r\n', 'x'],
    ['one in the midst, quoted', `A: 1\r\n>>${mailbox} a fold\r\nB: 2\r\n`, '\r\n', 'x'],
    ['one at the end', `A: 1\r\n${mailbox}`, '\r\n', 'x'],
    ['one without a date, a field behind it', 'From a b\r\n>From c\r\nA: 1\r\n', '\r\n', 'x'],
    ['a fold on top of fields', ' folded\r\n\tmore\r\nA: 1\r\n', '\r\n', 'x'],
    ['a byte order mark', `${mark}A: 1\r\n`, '\r\n', 'x'],
    ['a blank before the colon of From', 'From : a\r\n', '\r\n', 'x'],
  ])('%s', (_, header, separator, body) => {
    const whole = header + separator + body
    expect(split([whole])).toEqual({ kind: 'complete', header, separator, body })
    expect(split(Array.from(whole))).toEqual({ kind: 'complete', header, separator, body })
  })

  test.each([
    ['in a field', 'A: 1\r\nB: 2', 'A: 1\r\nB: 2', ''],
    ['behind a field', 'A: 1\r\n', 'A: 1\r\n', ''],
    ['in a name', 'A: 1\r\nSubj', 'A: 1\r\n', 'Subj'],
    ['before anything', '', '', ''],
    ['behind a fold alone', ' folded\r\n', '', ' folded\r\n'],
    ['behind a line of an mbox file', mailbox, mailbox, ''],
    ['behind what may be one', 'A: 1\r\nFrom a\r\n', 'A: 1\r\n', 'From a\r\n'],
  ])('content that ends %s', (_, whole, header, body) => {
    const expected = { kind: 'ended', header, separator: '', body }
    expect(split([whole])).toEqual(expected)
    expect(split(Array.from(whole))).toEqual(expected)
  })
})

describe('the size limit', () => {
  const header = `A: ${'x'.repeat(95)}\r\n`

  test('takes a header of exactly the limit', () => {
    expect(split([`${header}\r\nbody`], 100).kind).toBe('complete')
    expect(split([...Array.from(header), '\r\n', 'body'], 100).kind).toBe('complete')
  })

  test('refuses one octet more', () => {
    expect(split([`${header}\r\nbody`], 99).kind).toBe('too-large')
    expect(split([...Array.from(header), '\r\n', 'body'], 99).kind).toBe('too-large')
  })

  test('refuses a line that never ends without holding more than the limit', () => {
    const pieces = Array.from({ length: 100 }, () => 'x'.repeat(997))
    expect(split(['A: ', ...pieces], 4096).kind).toBe('too-large')
  })

  test.each([
    ['in one piece', (text: string) => [text]],
    ['octet by octet', (text: string) => Array.from(text)],
  ])('refuses one field more than it is to take, %s', (_, cut) => {
    const kindOf = (fields: number) => {
      const collector = new HeaderCollector(1000, 3)
      const text = `${'a:\r\n b\r\n'.repeat(fields)}\r\nbody:\r\nno:\r\nfield:\r\nhere:\r\n`
      for (const piece of cut(text)) {
        const { kind } = collector.push(Buffer.from(piece))
        if (kind !== 'more') return kind
      }
      return 'more'
    }
    expect(kindOf(3)).toBe('complete')
    expect(kindOf(4)).toBe('too-large')
  })

  test('takes a large body in the same piece as a small header', () => {
    const body = 'y'.repeat(10_000)
    expect(split([`A: 1\r\n\r\n${body}`], 100).body).toBe(body)
  })
})

test('any split gives the same result, and nothing is lost or thrown', () => {
  const token = fc.constantFrom(
    ...['\r', '\n', '\r\n', ' ', '\t', ':', 'A', 'Subject: x', '\xe9', '\0'],
    ...[mark, 'From ', '>', mailbox],
  )
  const content = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(''))
  const cuts = fc.array(fc.nat(80), { maxLength: 8 })
  fc.assert(
    fc.property(content, cuts, fc.integer({ min: 1, max: 99 }), (text, places, limit) => {
      const sorted = [0, ...places.sort((a, b) => a - b), text.length]
      const pieces = sorted.map((place, at) => text.slice(place, sorted[at + 1] ?? text.length))
      const whole = split([text], limit)
      expect(split(pieces, limit)).toEqual(whole)
      if (whole.kind === 'too-large') return
      expect(`${whole.header ?? ''}${whole.separator ?? ''}${whole.body ?? ''}`).toBe(text)
    }),
    { numRuns: 2000 },
  )
})
