import { coloured } from './colour.ts'
import type { Field } from '../values/value.ts'
import { notation } from './notation.ts'
import type { Page } from './table-writer.ts'
import { padded, textWidth, wrapped } from './text-width.ts'

/** Narrowest column for values; a narrower terminal gets lines that are too long. */
const minimumValueWidth = 20

/**
 * One object as Format-List writes it: a line for each field with the colons in one column. Long
 * values go on in lines that stand under their beginning.
 */
export function listText(
  fields: readonly Field[],
  { width, colour, listLimit }: Pick<Page, 'width' | 'colour' | 'listLimit'>,
): string {
  const nameWidth = Math.max(0, ...fields.map(({ title }) => textWidth(title)))
  const valueWidth = Math.max(minimumValueWidth, width - nameWidth - 3)
  const indent = ' '.repeat(nameWidth + 3)
  return fields
    .map(({ title, value }) => {
      const lines = wrapped(notation(value, listLimit), valueWidth)
      const name = coloured(`${padded(title, nameWidth)} :`, 'title', colour)
      return `${`${name} ${lines.join(`\n${indent}`)}`.trimEnd()}\n`
    })
    .join('')
}
