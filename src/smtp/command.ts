import { isUtf8 } from 'node:buffer'

/** A command line in its two parts. */
export interface Command {
  /** Upper case; empty for an empty line. */
  readonly verb: string
  /** What follows the verb, spaces around it removed. */
  readonly argument: string
}

const control = /[\x00-\x1f\x7f-\x9f]/

/** Splits a command line; undefined when it holds a control character or octets that are not UTF-8. */
export function splitCommand(line: Buffer): Command | undefined {
  if (!isUtf8(line)) return undefined
  const text = line.toString('utf8')
  if (control.test(text)) return undefined
  const space = text.indexOf(' ')
  if (space === -1) return { verb: text.toUpperCase(), argument: '' }
  return { verb: text.slice(0, space).toUpperCase(), argument: text.slice(space + 1).trim() }
}
