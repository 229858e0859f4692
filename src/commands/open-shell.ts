import { absentCmdlets } from '../admin/cmdlets/absent-cmdlets.ts'
import { serverCmdlets } from '../admin/cmdlets/all.ts'
import { shellTopics } from '../admin/cmdlets/help-topics.ts'
import { builtInCmdlets } from '../admin/shell/built-in/built-in-cmdlets.ts'
import type { Cmdlet } from '../admin/shell/cmdlet.ts'
import { Shell } from '../admin/shell/shell.ts'
import { systemClock } from '../base/clock.ts'
import { openAdministration } from '../services/administration/open-administration.ts'
import type { Locations } from './locations.ts'

/** All cmdlets: those of the language, and those of the server whose files these are. */
export function allCmdlets(where: Locations): readonly Cmdlet[] {
  return [...builtInCmdlets(shellTopics), ...serverCmdlets(openAdministration(where))]
}

/** A management shell for the server whose files these are. */
export function openShell(where: Locations): Shell {
  return new Shell({ cmdlets: allCmdlets(where), absent: absentCmdlets, clock: systemClock })
}
