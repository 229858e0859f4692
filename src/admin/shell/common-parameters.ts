import { type Cmdlet, type ParameterTable, parameter, refused } from './cmdlet.ts'
import { oneOf, switchParameter, text } from './parameter-types.ts'

/** What a command does about an error or a warning. */
export const errorActions = ['Continue', 'SilentlyContinue', 'Ignore', 'Stop'] as const
export type ErrorAction = (typeof errorActions)[number]

/** Parameters that every command has. */
export const commonParameters = {
  Verbose: parameter(switchParameter, {
    help: 'Tells what the command does while it does it.',
    aliases: ['vb'],
  }),
  ErrorAction: parameter(oneOf(errorActions, 'ActionPreference'), {
    help: 'What to do about an error: tell it and go on (Continue), go on silently, or stop.',
    aliases: ['ea'],
    defaultText: '$ErrorActionPreference',
  }),
  WarningAction: parameter(oneOf(errorActions, 'ActionPreference'), {
    help: 'What to do about a warning: tell it and go on (Continue), go on silently, or stop.',
    aliases: ['wa'],
    defaultText: '$WarningPreference',
  }),
  ErrorVariable: parameter(text, {
    help: 'The name of a variable that the errors are put into; +name adds to it.',
    aliases: ['ev'],
  }),
  OutVariable: parameter(text, {
    help: 'The name of a variable that the output is put into as well; +name adds to it.',
    aliases: ['ov'],
  }),
  Debug: refused('there are no debug messages; use -Verbose.'),
  InformationAction: refused('there are no information messages; use -Verbose.'),
  InformationVariable: refused('there are no information messages; use -Verbose.'),
  WarningVariable: refused('warnings are not kept; use -WarningAction.'),
  OutBuffer: refused('objects go through a pipeline one by one.'),
  PipelineVariable: refused('use ForEach-Object and a variable.'),
} satisfies ParameterTable

/** Parameters of commands that change something. */
export const changeParameters = {
  WhatIf: parameter(switchParameter, {
    help: 'Tells what would be done, and changes nothing.',
    aliases: ['wi'],
  }),
  Confirm: parameter(switchParameter, {
    help: 'Asks before each change; -Confirm:$false does not, where a command asks by itself.',
    aliases: ['cf'],
  }),
} satisfies ParameterTable

/**
 * `-Force` of the cmdlets that have one in Exchange. Microsoft's pages give it one meaning: it "hides
 * warning or confirmation messages". So the command asks nothing, also where it asks by itself, and
 * tells no warnings. -Confirm and -WarningAction say just that for one of the two, and win over it
 * when they are given: PowerShell asks at -Confirm "regardless of the impact level".
 */
export const forceParameter = parameter(switchParameter, {
  help: 'Asks nothing and tells no warnings; -Confirm and -WarningAction count all the same when they are given.',
})

/** All parameters that a command takes, its own ones first. */
export function parametersOf(cmdlet: Cmdlet): ParameterTable {
  const changes = cmdlet.confirms === undefined ? {} : changeParameters
  return { ...cmdlet.parameters, ...changes, ...commonParameters }
}
