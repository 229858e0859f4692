import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFilter, parseScript } from '../../../../src/admin/grammar/parse.ts'
import { quoteText } from '../../../../src/admin/grammar/quote.ts'
import { wordBefore } from '../../../../src/admin/grammar/word-before.ts'

/** Texts that look like commands, put together from the language's own pieces. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'Get-Queue',
          '-Name',
          '$x',
          '$_',
          '.Name',
          '"',
          "'",
          '(',
          ')',
          '{',
          '}',
          '@{',
          '@(',
          '$(',
        ],
        ...[
          '[',
          ']',
          ',',
          ';',
          '|',
          '=',
          '-eq',
          '-and',
          '!',
          '`',
          '\n',
          ' ',
          '#',
          '<#',
          '#>',
          '>',
          '>>',
        ],
        ...[
          "@'\n",
          "\n'@",
          '@"\n',
          '\n"@',
          '35MB',
          '-1',
          '--',
          ':',
          '::',
          '[int]',
          '\u201c',
          '&',
          '%',
          'if (',
          'else',
          'foreach ($x in ',
          'while (',
          'do {',
          'for (',
          'break',
          '++',
          '+=',
          '..',
          '?',
        ],
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

test('any text is parsed, or has a problem with a place in it', () => {
  fc.assert(
    fc.property(fc.oneof(pieces, fc.string({ unit: 'grapheme' })), (text) => {
      for (const parsed of [parseScript(text), parseFilter(text)]) {
        if (parsed.kind === 'parsed') continue
        const { start, end, message } = parsed.problem
        expect(start).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThanOrEqual(start)
        expect(end).toBeLessThanOrEqual(text.length)
        expect(message).not.toBe('')
      }
    }),
    { numRuns: 2_000 },
  )
})

test('completion finds a word in any text', () => {
  fc.assert(
    fc.property(pieces, (text) => {
      const { word, start } = wordBefore(text)
      expect(text.slice(start)).toBe(word)
    }),
    { numRuns: 1_000 },
  )
})

test('a quoted text is read back as the same argument', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const parsed = parseScript(`X -Name ${quoteText(text)}`)
      const [statement] = parsed.kind === 'parsed' ? parsed.tree.statements : []
      const [command] = statement?.kind === 'pipeline' ? statement.elements : []
      const word = command?.kind === 'command' ? command.words[1] : undefined
      expect(word).toMatchObject({ kind: 'argument', value: { kind: 'text', value: text } })
    }),
    { numRuns: 1_000 },
  )
})
