import { ShellError } from '../../shell/shell-error.ts'

/** Fails as PowerShell does where a parameter is needed because of the others. */
export function requireParameters(missing: readonly string[]): void {
  if (missing.length === 0) return
  throw new ShellError(
    `Cannot process command because of one or more missing mandatory parameters: ${missing.join(' ')}.`,
    {
      ...{ id: 'MissingMandatoryParameter', category: 'InvalidArgument' },
      reason: 'ParameterBindingException',
    },
  )
}

/** The one of `usages` that -Usage or a switch such as -Internal names; fails when several do. */
export function usageOf<Usage extends string>(
  given: { readonly Usage?: Usage } & Readonly<Partial<Record<Usage, boolean>>>,
  usages: readonly Usage[],
): Usage | undefined {
  const bySwitch = usages.filter((name) => given[name] === true)
  const all = [...(given.Usage === undefined ? [] : [given.Usage]), ...bySwitch]
  if (all.length < 2) return all[0]
  throw new ShellError(
    'Parameter set cannot be resolved using the specified named parameters: only one usage can be given.',
    { id: 'AmbiguousParameterSet', category: 'InvalidArgument' },
  )
}
