/**
 * Classes of characters. As in PowerShell, the typographic dashes and quotes that documents and
 * mail programs put in place of the plain ones mean the same.
 */

export const isDash = (char: string) => /^[-\u2013\u2014\u2015]$/.test(char)

export const isSingleQuote = (char: string) => /^['\u2018\u2019\u201a\u201b]$/.test(char)

export const isDoubleQuote = (char: string) => /^["\u201c\u201d\u201e]$/.test(char)

export const isBlank = (char: string) => /^[^\S\r\n]$/.test(char)

export const isLineEnd = (char: string) => char === '\n' || char === '\r'

/** First character of a property, key or operator name. */
export const startsName = (char: string) => /^[\p{L}_]$/u.test(char)

export const continuesName = (char: string) => /^[\p{L}\p{Nd}_]$/u.test(char)

/** Ends an unquoted word of a command; the empty string is the end of the text. */
export const endsWord = (char: string) => char === '' || /^[\s{}();,|&<>]$/.test(char)
