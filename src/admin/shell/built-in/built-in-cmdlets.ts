import type { Cmdlet } from '../cmdlet.ts'
import { convertToCsv, exportCsv } from './convert-csv.ts'
import { convertToJson } from './convert-json.ts'
import { convertToSecureString, getCredential, newObject, readHost } from './credential-cmdlets.ts'
import { forEachObject } from './for-each-object.ts'
import { formatList, formatTable } from './format-cmdlets.ts'
import { getCommand } from './get-command.ts'
import { getContent } from './get-content.ts'
import { getDate } from './get-date.ts'
import { getHelp } from './get-help.ts'
import { groupObject } from './group-object.ts'
import { type HelpTopic, languageTopics } from './help-topics.ts'
import { convertFromCsv, importCsv } from './import-csv.ts'
import { measureObject } from './measure-object.ts'
import { outFile, outNull, outString } from './out-cmdlets.ts'
import { outHost } from './out-host.ts'
import { selectObject } from './select-object.ts'
import { getHistory, getVariable } from './session-cmdlets.ts'
import { addContent, setContent, testPath } from './set-content.ts'
import { sortObject } from './sort-object.ts'
import { teeObject } from './tee-object.ts'
import { newTimeSpan, startSleep } from './time-cmdlets.ts'
import { whereObject } from './where-object.ts'
import {
  clearHost,
  exitShell,
  writeError,
  writeHost,
  writeOutput,
  writeVerbose,
  writeWarning,
} from './write-cmdlets.ts'

/** The commands that belong to the language; help also knows the given topics. */
export function builtInCmdlets(topics: readonly HelpTopic[] = []): readonly Cmdlet[] {
  return [
    ...[whereObject, selectObject, sortObject, forEachObject, measureObject, groupObject],
    ...[formatList, formatTable, convertToJson, convertToCsv, exportCsv],
    ...[importCsv, convertFromCsv, outFile, outString, outNull, outHost, teeObject],
    ...[getContent, setContent, addContent, testPath],
    ...[newTimeSpan, startSleep],
    ...[getDate, getCredential, convertToSecureString, readHost, newObject],
    ...[getHelp([...languageTopics, ...topics]), getCommand],
    ...[writeOutput, writeHost, writeWarning, writeVerbose, writeError],
    ...[clearHost, getHistory, getVariable, exitShell],
  ]
}
