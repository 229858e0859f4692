import { listSections } from './config-file.ts'
import type { YamlSource } from './yaml-source.ts'

/** What became of a file in force: its text, and the sections that it held. */
export interface FileContent {
  readonly text: string
  readonly sections: readonly string[]
}

/**
 * Why a file that holds no setting at all is not taken: it would be a server of all defaults, which
 * nobody writes down; a disk that was full or an editor that fell does. Undefined when it holds some.
 */
export function nothingIn(text: string, source: YamlSource): string | undefined {
  if (!source.wellFormed || source.problems.length > 0 || source.sections.length > 0)
    return undefined
  const what =
    text.trim() === ''
      ? 'the file is empty'
      : 'the file has no section with a setting, only comments or empty sections'
  return `${what}; write at least Server with its Role, or put a copy of the file back`
}

/** The sections that `before` held and `after` does not. */
export function lostSections(before: FileContent, after: FileContent): string[] {
  return before.sections.filter((section) => !after.sections.includes(section))
}

/**
 * Why a file that reads well is no whole one, by what was in force before; undefined when it may be.
 * A file that lost its end at the end of a line and with it no whole section cannot be told from one
 * whose last lines were deleted on purpose: `lostLines` counts those.
 */
export function missingPart(before: FileContent, after: FileContent): string | undefined {
  const lost = lostSections(before, after)
  if (lost.includes('Server'))
    return 'Server is gone, which says who this server is; put the section back'
  if (!isBeginning(after.text, before.text)) return lostInWriting(lost, { before, after })
  if (lost.length > 0) {
    return `the file ends before ${lost.join(', ')} and is the same up to there: it seems to be cut off; put the rest back, or write ${lost.map(withNothing).join(', ')} where it is meant so`
  }
  if (!endsInMidLine(after.text, before.text)) return undefined
  return 'the file ends in mid-line and is the same up to there: it seems to be cut off; put the rest back, or end the last line'
}

/** How many lines with something in them the file lost, that is the one before up to there; 0 for any other. */
export function lostLines(before: FileContent, after: FileContent): number {
  if (!isBeginning(after.text, before.text)) return 0
  const lost = before.text.slice(after.text.length).split('\n')
  return lost.filter((line) => !/^\s*(?:#|$)/.test(line)).length
}

/** Whether it stops where its writer may not be at its end: the file in force ended its last line. */
export function lacksLineEnd(before: FileContent, text: string): boolean {
  return before.text.endsWith('\n') && !text.endsWith('\n')
}

/** A changed file that found no room to be written whole is no beginning of the one before. */
function lostInWriting(
  lost: readonly string[],
  { before, after }: { readonly before: FileContent; readonly after: FileContent },
): string | undefined {
  if (lost.length === 0 || !lacksLineEnd(before, after.text)) return undefined
  return `the file has no ${lost.join(', ')} any more and ends in mid-line: it seems to be cut off; put the rest back, or end the last line`
}

function withNothing(section: string): string {
  return `"${section}: ${section in listSections ? '[]' : '{}'}"`
}

function isBeginning(text: string, whole: string): boolean {
  return text.length < whole.length && whole.startsWith(text)
}

/** In the middle of a line of the file in force. */
function endsInMidLine(text: string, whole: string): boolean {
  return !text.endsWith('\n') && !/^[\r\n]/.test(whole.slice(text.length))
}
