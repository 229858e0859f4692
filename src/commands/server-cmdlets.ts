import type { Cmdlet } from '../admin/shell/cmdlet.ts'
import { builtInCmdlets } from '../admin/shell/built-in/built-in-cmdlets.ts'
import { allCmdlets } from './open-shell.ts'

/** The cmdlets that are of use as a command of their own: those of the server, not of the language. */
export function ownCmdlets(): readonly Cmdlet[] {
  const language = new Set(builtInCmdlets().map(({ name }) => name))
  return allCmdlets({ configFile: '', dataFolder: '' }).filter(({ name }) => !language.has(name))
}
