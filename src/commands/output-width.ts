import type { CommandIo } from './command-io.ts'

/** The usual terminal's, where the output is none or does not know. */
const usualWidth = 80

/** How many columns a line of output may take. */
export function widthOf({ stdout }: Pick<CommandIo, 'stdout'>): number {
  return stdout.columns === undefined || stdout.columns === 0 ? usualWidth : stdout.columns
}
