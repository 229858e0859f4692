import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { buildIndex, type RecipientIndex } from './recipient-index.ts'
import { type FileProblem, type PlacedEntry, parseRecipientFile } from './recipient-file.ts'
import { readRecipients } from './recipient-list.ts'

/** A file of recipients as it was read: whole, or what is wrong with it. */
export type LoadedFile =
  | {
      readonly kind: 'read'
      readonly index: RecipientIndex
      /** Of the text: the same means that nothing changed. */
      readonly digest: string
      /** The last line has its end; one that has not may be half written. */
      readonly endsInLine: boolean
    }
  | {
      readonly kind: 'refused'
      /** The first ones, as lines to be told. */
      readonly problems: readonly string[]
      readonly count: number
    }

const maximumSize = 256 * 1024 ** 2
const mostTold = 20

/** Reads and checks the file. Never rejects. Takes a second for each 100,000 recipients or so. */
export async function loadRecipientFile(file: string): Promise<LoadedFile> {
  const text = await textOf(file)
  if (typeof text !== 'string') return refused(file, [{ message: text.fault }])
  const parsed = parseRecipientFile(text, file.toLowerCase().endsWith('.json'))
  const { recipients, problems } = readRecipients(parsed.entries.map(({ entry }) => entry))
  const found = [...parsed.problems, ...problems.map((problem) => placed(problem, parsed.entries))]
  if (found.length > 0) return refused(file, found)
  if (recipients.length === 0) return refused(file, [{ message: 'holds no recipients' }])
  return {
    kind: 'read',
    index: buildIndex(recipients),
    digest: createHash('sha256').update(text).digest('base64'),
    endsInLine: text.endsWith('\n'),
  }
}

async function textOf(file: string): Promise<string | { readonly fault: string }> {
  try {
    const { size } = await stat(file)
    if (size > maximumSize) return { fault: `has more than ${maximumSize / 1024 ** 2} MB` }
    const octets = await readFile(file)
    // What is no UTF-8 would be another name or address than was meant.
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch (error) {
    if (error instanceof TypeError) return { fault: 'is not UTF-8' }
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { fault: missing ? 'there is no such file' : `cannot be read: ${String(error)}` }
  }
}

function placed(
  problem: { readonly index: number; readonly setting: string; readonly message: string },
  entries: readonly PlacedEntry[],
): FileProblem {
  const { line, item } = entries[problem.index] ?? {}
  return { line, item, message: `${problem.setting} ${problem.message}` }
}

function refused(file: string, problems: readonly FileProblem[]): LoadedFile {
  const told = problems.slice(0, mostTold).map(({ line, item, message }) => {
    if (line !== undefined) return `${file}:${line}: ${message}`
    return item === undefined ? `${file}: ${message}` : `${file}: item ${item}: ${message}`
  })
  return { kind: 'refused', problems: told, count: problems.length }
}
