import { parameter } from '../../shell/cmdlet.ts'
import { refuseTogether } from '../../shell/parameter-sets.ts'
import { switchParameter } from '../../shell/parameter-types.ts'

/** `-Follow` of commands that search a log. */
export const followParameter = parameter(switchParameter, {
  help: 'Shows what is written from now on, as it is written, until Ctrl-C.',
})

/** Whether a log is to be followed. Fails for what asks of the past as well. */
export function isFollowing(given: { readonly Follow?: boolean }): boolean {
  if (given.Follow !== true) return false
  for (const name of ['Start', 'End', 'WholeSession']) refuseTogether(given, ['Follow', name])
  return true
}
