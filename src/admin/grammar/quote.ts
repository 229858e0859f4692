import { isDash } from './characters.ts'
import { parseNumber } from './numbers.ts'

/** Writes a text so that the language reads it back as the same text: bare where it can be. */
export function quoteText(text: string): string {
  const plain = /^[^\s{}();,|&<>@$#"'`\u2018-\u201e][^\s{}();,|&<>$"'`\u2018-\u201e]*$/.test(text)
  if (plain && !isDash(text.charAt(0)) && parseNumber(text) === undefined) return text
  return `'${text.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`
}
