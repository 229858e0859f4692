/** Text on one line for people: controls (and what reorders text) become blanks, cut at `limit`. */
export function plainText(text: string, limit: number): string {
  const harmless = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')
  if (harmless.length <= limit) return harmless.trim()
  return harmless.slice(0, limit).toWellFormed().trim()
}

/**
 * The text up to `limit`, and then how much is missing. Never cuts within a character. A text that is
 * little longer is kept: it would not become shorter.
 */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit + 40) return text
  const kept = text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')
  return `${kept} [... ${text.length - kept.length} more characters]`
}

/** The text in ASCII on one line, for fields that allow nothing else; other characters become `?`. */
export function asciiText(text: string, limit: number): string {
  return plainText(text, limit).replace(/[^\x20-\x7e]/gu, '?')
}

const encodedWord = /=\?([^?\s]{1,40})\?([bq])\?([^?\s]*)\?=/gi

/** Replaces the encoded words (RFC 2047) of an unfolded value; words that cannot be read stay. */
export function decodeHeaderText(value: string): string {
  return value
    .replace(/(\?=)[ \t]+(?==\?[^?\s]{1,40}\?[bq]\?)/gi, '$1')
    .replace(encodedWord, (word, charset: string, encoding: string, text: string) => {
      const bytes =
        encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : readQEncoding(text)
      try {
        // RFC 2231 5: a language may stand behind the character set.
        return new TextDecoder(charset.replace(/\*.*$/, '')).decode(bytes)
      } catch {
        return word
      }
    })
}

function readQEncoding(text: string): Buffer {
  const octets = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(octets, 'latin1')
}

/** An encoded word holds 75 characters (RFC 2047 2): 45 octets in base64 beside its frame. */
const wordOctets = 45

/**
 * Text as the value of an unstructured field, folded for a field name of up to 20 characters:
 * plain ASCII as it is, anything else in encoded words. Controls become blanks, so no text can end
 * the field.
 */
export function encodeHeaderText(text: string): string {
  const line = plainText(text, Infinity)
  const needsWords = /[^\x20-\x7e]|=\?/.test(line) || /\S{900}/.test(line)
  return needsWords ? encodedWords(line).join('\r\n ') : foldText(line, 20)
}

function encodedWords(text: string): string[] {
  const words: string[] = []
  let part = ''
  for (const character of text) {
    if (Buffer.byteLength(part + character) > wordOctets) {
      words.push(part)
      part = ''
    }
    part += character
  }
  return [...words, part].map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`)
}

const preferredLine = 78
/** A line holds 998 octets (RFC 5322 2.1.1). */
const longestWord = /[^]{900}(?=[^])/gu

/**
 * Folds a value at blanks so that lines stay within 78 octets where they can (RFC 5322 2.1.1). Only
 * within a word that no line could hold it puts a blank where none was.
 */
export function foldText(value: string, nameLength: number): string {
  let room = preferredLine - nameLength
  let folded = ''
  const breakable =
    value.length < 900
      ? value
      : value.replace(/\S{901,}/g, (word) => word.replace(longestWord, '$& '))
  for (const word of breakable.match(/\s*\S+/g) ?? []) {
    const fold = folded !== '' && word.length > room
    folded += fold ? `\r\n ${word.trimStart()}` : word
    room = (fold ? preferredLine : room) - word.length
  }
  return folded
}
