import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Input, InputFramer } from '../../../src/smtp/input-framer.ts'

const maxLineLength = 64

/** A client's stream in pieces cut at the given places; each piece has memory of its own. */
function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...[...places].sort((a, b) => a - b), stream.length]
  return cuts.slice(1).map((end, at) => Buffer.from(stream.subarray(cuts[at], end)))
}

/** Inputs in words: lines and whole contents as latin1 text. */
type Told = string

/** Feeds the pieces as a session would: content follows a line DATA, or `BDAT n`. */
function told(pieces: readonly Buffer[]): Told[] {
  const framer = new InputFramer({ maxLineLength })
  const result: Told[] = []
  let content = ''
  const take = (input: Input) => {
    switch (input.kind) {
      case 'line': {
        const line = input.line.toString('latin1')
        result.push(`line ${line}`)
        if (line === 'DATA') framer.startData()
        if (line.startsWith('BDAT ')) framer.startChunk(Number(line.slice(5)))
        return
      }
      case 'bad-line':
        result.push(`bad ${input.reason}`)
        return
      case 'content':
        expect(input.chunk.length).toBeGreaterThan(0)
        content += input.chunk.toString('latin1')
        return
      case 'content-end':
        result.push(
          `message ${content}${input.bareLineFeed ? ' BARE' : ''}${input.nul ? ' NUL' : ''}`,
        )
        content = ''
        return
      case 'chunk-end':
        result.push(`chunk ${content}`)
        content = ''
    }
  }
  for (const piece of pieces) {
    framer.push(piece)
    for (let input = framer.next(); input !== undefined; input = framer.next()) take(input)
  }
  if (content !== '') result.push(`open ${content}`)
  return result
}

const toldWhole = (stream: string) => told([Buffer.from(stream, 'latin1')])

/** The same stream whole, octet by octet, and cut in two at every place. */
function toldEveryWay(stream: string): Told[][] {
  const octets = Buffer.from(stream, 'latin1')
  const places = [...octets.keys()]
  return [
    toldWhole(stream),
    told(cut(octets, places)),
    ...places.map((place) => told(cut(octets, [place]))),
  ]
}

describe('lines', () => {
  test.each([
    ['a line ends by CRLF', 'NOOP\r\nQUIT\r\n', ['line NOOP', 'line QUIT']],
    ['an empty line is a line', '\r\n', ['line ']],
    ['a lone CR spoils its line', 'A\rB\r\nC\r\n', ['bad bare-line-end', 'line C']],
    ['a command hidden behind a CR is none', 'NOOP\rRSET\rQUIT\r\n', ['bad bare-line-end']],
    ['a CR before the CRLF spoils its line', 'A\r\r\nC\r\n', ['bad bare-line-end', 'line C']],
    ['a lone LF ends a bad line', 'QUIT\nNOOP\r\n', ['bad bare-line-end', 'line NOOP']],
    ['nothing but a LF is a bad line', '\n', ['bad bare-line-end']],
    ['a line of the longest length is taken', `${'x'.repeat(62)}\r\n`, [`line ${'x'.repeat(62)}`]],
    ['a longer one is not', `${'x'.repeat(63)}\r\nC\r\n`, ['bad too-long', 'line C']],
    ['nor is a very long one', `${'x'.repeat(1000)}\r\nC\r\n`, ['bad too-long', 'line C']],
    ['a line without its end is not told', 'QUIT\r', []],
  ])('%s', (_, stream, expected) => {
    for (const result of toldEveryWay(stream)) expect(result).toEqual(expected)
  })

  test('of an endless line only the fact is kept', () => {
    const framer = new InputFramer({ maxLineLength })
    const before = process.memoryUsage().arrayBuffers
    for (let count = 0; count < 1000; count++) {
      framer.push(Buffer.alloc(65_536, 'x'))
      expect(framer.next()).toBeUndefined()
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000)
    expect(framer.hasInput).toBe(true)
    framer.push(Buffer.from('\r\n'))
    expect(framer.next()).toEqual({ kind: 'bad-line', reason: 'too-long' })
    expect(framer.hasInput).toBe(false)
  })
})

describe('DATA content', () => {
  test.each([
    ['a message', 'A\r\nB\r\n.\r\n', ['message A\r\nB\r\n']],
    ['the empty message', '.\r\n', ['message ']],
    ['an empty line', '\r\n.\r\n', ['message \r\n']],
    ['a stuffed dot', '..\r\n.\r\n', ['message .\r\n']],
    ['stuffed dots on every line', '..a\r\n..\r\n...\r\n.\r\n', ['message .a\r\n.\r\n..\r\n']],
    ['a dot that was not stuffed', '.a\r\n.b\r\n.\r\n', ['message a\r\nb\r\n']],
    ['dots within lines', 'a.\r\nb.c\r\n.\r\n', ['message a.\r\nb.c\r\n']],
    ['commands after the final dot', 'A\r\n.\r\nNOOP\r\n', ['message A\r\n', 'line NOOP']],
    ['no end', 'A\r\n.', ['open A\r\n']],
    ['no end yet', 'A\r\n.\r', ['open A\r\n']],
  ])('%s', (_, content, expected) => {
    for (const result of toldEveryWay(`DATA\r\n${content}`)) {
      expect(result).toEqual(['line DATA', ...expected])
    }
  })

  test('two messages in one stream keep apart, and so do their faults', () => {
    for (const result of toldEveryWay('DATA\r\na\nb\0\r\n.\r\nDATA\r\nc\r\n.\r\n')) {
      expect(result).toEqual([
        'line DATA',
        'message a\nb\0\r\n BARE NUL',
        'line DATA',
        'message c\r\n',
      ])
    }
  })

  /** Spellings of the end of data that some servers take; a mail hidden behind one must stay content. */
  test.each([
    ['LF . LF', '\n.\n', '\n.\n', true],
    ['LF . CRLF', '\n.\r\n', '\n.\r\n', true],
    ['CRLF . LF', '\r\n.\n', '\r\n\n', true],
    ['CR . CR', '\r.\r', '\r.\r', true],
    ['CR . LF', '\r.\n', '\r.\n', true],
    ['LF . CR', '\n.\r', '\n.\r', true],
    ['CR . CRLF', '\r.\r\n', '\r.\r\n', true],
    ['CRLF . CR', '\r\n.\r', '\r\n\r', true],
    ['CR CRLF . CR CRLF', '\r\r\n.\r\r\n', '\r\r\n\r\r\n', true],
    ['CRLF NUL . CRLF', '\r\n\0.\r\n', '\r\n\0.\r\n', false],
    ['CRLF . NUL CRLF', '\r\n.\0\r\n', '\r\n\0\r\n', false],
    ['CRLF . space CRLF', '\r\n. \r\n', '\r\n \r\n', false],
  ])('%s does not end it', (_, spelling, kept, bare) => {
    const hidden = 'MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\nhidden\r\n'
    const marks = `${bare ? ' BARE' : ''}${spelling.includes('\0') ? ' NUL' : ''}`
    for (const result of toldEveryWay(`DATA\r\nfirst${spelling}${hidden}.\r\nQUIT\r\n`)) {
      expect(result).toEqual(['line DATA', `message first${kept}${hidden}${marks}`, 'line QUIT'])
    }
  })

  test('a lone CR at the very end of a line that ends it is seen', () => {
    for (const result of toldEveryWay('DATA\r\na\r\r\n.\r\n')) {
      expect(result).toEqual(['line DATA', 'message a\r\r\n BARE'])
    }
  })

  test('one pushed piece gives at most one piece of content, however many dots it has', () => {
    const framer = new InputFramer({ maxLineLength })
    framer.startData()
    framer.push(Buffer.from('..\r\n'.repeat(10_000)))
    expect(framer.next()).toMatchObject({ kind: 'content', chunk: { length: 30_000 } })
    expect(framer.next()).toBeUndefined()
  })
})

describe('BDAT chunks', () => {
  test.each([
    [
      'raw octets, dots and all',
      'BDAT 7\r\n\r\n.\r\n.\nQUIT\r\n',
      ['chunk \r\n.\r\n.\n', 'line QUIT'],
    ],
    ['no octets', 'BDAT 0\r\nQUIT\r\n', ['chunk ', 'line QUIT']],
    ['too few octets', 'BDAT 9\r\nabc', ['open abc']],
  ])('%s', (_, stream, expected) => {
    for (const result of toldEveryWay(stream)) expect(result.slice(1)).toEqual(expected)
  })
})

test('discard forgets pipelined commands and a line begun', () => {
  const framer = new InputFramer({ maxLineLength })
  framer.push(Buffer.from('STARTTLS\r\nMAIL FROM:<a@x.test>\r\nRCPT'))
  expect(framer.next()).toEqual({ kind: 'line', line: Buffer.from('STARTTLS') })
  expect(framer.hasInput).toBe(true)
  framer.discard()
  expect(framer.hasInput).toBe(false)
  framer.push(Buffer.from('EHLO x\r\n'))
  expect(framer.next()).toEqual({ kind: 'line', line: Buffer.from('EHLO x') })
})

test('any stream says the same however it is cut', () => {
  const token = fc.constantFrom(
    ...[
      '\r',
      '\n',
      '\r\n',
      '.',
      '..',
      '\0',
      'a',
      'DATA\r\n',
      'BDAT 3\r\n',
      '\r\n.\r\n',
      'x'.repeat(70),
    ],
  )
  fc.assert(
    fc.property(fc.array(token), fc.array(fc.nat(300)), (tokens, places) => {
      const stream = Buffer.from(tokens.join(''), 'latin1')
      const within = places.map((place) => Math.min(place, stream.length))
      expect(told(cut(stream, within))).toEqual(told([Buffer.from(stream)]))
    }),
    { numRuns: 2000 },
  )
})

test('content that was dot-stuffed comes back as it was', () => {
  const line = fc.string({ unit: fc.constantFrom('.', '\r', '\n', '\0', 'a') })
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, places) => {
      const content = lines
        .map((each) => `${each.replace(/\r\n/g, 'x').replace(/\r$/, '')}\r\n`)
        .join('')
      const stuffed = `DATA\r\n${content.replace(/^\.|(?<=\r\n)\./g, '..')}.\r\n`
      const stream = Buffer.from(stuffed, 'latin1')
      const within = places.map((place) => Math.min(place, stream.length))
      const bare = /\r(?!\n)|(?<!\r)\n/.test(content) ? ' BARE' : ''
      const nul = content.includes('\0') ? ' NUL' : ''
      expect(told(cut(stream, within))).toEqual(['line DATA', `message ${content}${bare}${nul}`])
    }),
    { numRuns: 2000 },
  )
})
