import { isUtf8 } from 'node:buffer'

/** A command line in its two parts. */
export interface Command {
  /** Upper case; empty for an empty line. */
  readonly verb: string
  /** What follows the verb, spaces around it removed. */
  readonly argument: string
  /** The line holds a control character, or octets that are not UTF-8: these are read as Latin-1. */
  readonly isSpoilt: boolean
}

const control = /[\x00-\x1f\x7f-\x9f]/

/** Splits a command line. A control character that stands in the verb makes it no verb at all. */
export function splitCommand(line: Buffer): Command {
  const encoding = isUtf8(line) ? 'utf8' : 'latin1'
  const text = line.toString(encoding)
  const isSpoilt = encoding === 'latin1' || control.test(text)
  const space = text.indexOf(' ')
  if (space === -1) return { verb: text.toUpperCase(), argument: '', isSpoilt }
  const argument = text.slice(space + 1).trim()
  return { verb: text.slice(0, space).toUpperCase(), argument, isSpoilt }
}
