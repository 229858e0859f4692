import { BadCall, textItem } from './method-items.ts'
import { textOf } from './text-of.ts'
import { type Value, isList } from './value.ts'

/** Widest text that is filled up. */
const maximumWidth = 10_000

/** The methods of texts, by their names in small letters. Letters are told apart, as .NET does. */
export const stringMethods: Readonly<
  Record<string, (text: string, items: readonly Value[]) => Value>
> = {
  toupper: (text) => text.toUpperCase(),
  tolower: (text) => text.toLowerCase(),
  trim: (text, items) => trimmed(text, items, 'both'),
  trimstart: (text, items) => trimmed(text, items, 'start'),
  trimend: (text, items) => trimmed(text, items, 'end'),
  startswith: (text, items) => text.startsWith(textItem(items, 0)),
  endswith: (text, items) => text.endsWith(textItem(items, 0)),
  contains: (text, items) => text.includes(textItem(items, 0)),
  equals: (text, items) => text === textItem(items, 0),
  indexof: (text, items) => text.indexOf(textItem(items, 0)),
  lastindexof: (text, items) => text.lastIndexOf(textItem(items, 0)),
  replace: (text, items) => text.replaceAll(textItem(items, 0), () => textItem(items, 1)),
  split,
  substring: (text, items) => {
    const start = placeIn(text, items, 0)
    return text.slice(start, items.length > 1 ? start + lengthIn(text, start, items) : undefined)
  },
  remove: (text, items) => {
    const start = placeIn(text, items, 0)
    const length = items.length > 1 ? lengthIn(text, start, items) : text.length - start
    return text.slice(0, start) + text.slice(start + length)
  },
  insert: (text, items) => {
    const at = placeIn(text, items, 0)
    return text.slice(0, at) + textItem(items, 1) + text.slice(at)
  },
  padleft: (text, items) => text.padStart(widthOf(items), fill(items)),
  padright: (text, items) => text.padEnd(widthOf(items), fill(items)),
  tochararray: (text) => Array.from(text),
}

/** At each of the letters given, at blanks without any, as the .NET of the Exchange shell splits. */
function split(text: string, items: readonly Value[]): Value {
  const [first = '', ...rest] = items
  const words = (isList(first) ? first : [first]).map(textOf)
  const options = rest.map(textOf)
  const withoutEmpty = options.some((option) => /^RemoveEmptyEntries$/i.test(option))
  const limit = Number(options.find((option) => /^\d+$/.test(option)) ?? Infinity)
  const others = options.filter((option) => option.length === 1 && !/^\d$/.test(option))
  const letters = new Set(Array.from([...words, ...others].join('')))
  const separates = (char: string) => (letters.size === 0 ? /\s/.test(char) : letters.has(char))
  const pieces: string[] = []
  let from = 0
  for (let at = 0; at < text.length && pieces.length + 1 < limit; at++) {
    if (!separates(text.charAt(at))) continue
    if (at > from || !withoutEmpty) pieces.push(text.slice(from, at))
    from = at + 1
  }
  const last = text.slice(from)
  return last === '' && withoutEmpty ? pieces : [...pieces, last]
}

function trimmed(text: string, items: readonly Value[], side: 'both' | 'start' | 'end'): string {
  const letters = new Set(items.flatMap((item) => Array.from(textOf(item))))
  const goes = (char: string) => (letters.size === 0 ? /\s/.test(char) : letters.has(char))
  let start = 0
  let end = text.length
  if (side !== 'end') while (start < end && goes(text.charAt(start))) start++
  if (side !== 'start') while (end > start && goes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function placeIn(text: string, items: readonly Value[], at: number): number {
  const place = Number(textItem(items, at))
  if (Number.isInteger(place) && place >= 0 && place <= text.length) return place
  throw new BadCall('startIndex cannot be larger than length of string, or less than zero.')
}

function lengthIn(text: string, start: number, items: readonly Value[]): number {
  const length = Number(textItem(items, 1))
  if (Number.isInteger(length) && length >= 0 && start + length <= text.length) return length
  throw new BadCall('Index and length must refer to a location within the string.')
}

function widthOf(items: readonly Value[]): number {
  const width = Number(textItem(items, 0))
  if (Number.isInteger(width) && width >= 0 && width <= maximumWidth) return width
  throw new BadCall(`The width must be a whole number up to ${maximumWidth}.`)
}

const fill = (items: readonly Value[]) => (items.length > 1 ? textItem(items, 1) : ' ')
