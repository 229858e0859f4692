import { open } from 'node:fs/promises'
import { parameter } from '../cmdlet.ts'
import { oneOf } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'

/** How letters become octets. */
export const encodingParameter = parameter(oneOf(['UTF8', 'UTF8BOM', 'Unicode']), {
  help: 'How the file is written: UTF-8, UTF-8 with the mark that Excel looks for, or UTF-16.',
  defaultText: 'UTF8',
})

type Encoding = 'UTF8' | 'UTF8BOM' | 'Unicode'

/** Where lines are written, and what becomes of what is there. */
export interface FileTarget {
  readonly path: string
  readonly append: boolean
  /** An existing file is left alone, and the command fails. */
  readonly keep: boolean
  readonly encoding?: Encoding | undefined
}

/** How much text is put together for one write. */
const chunkLength = 64 * 1024

/** Writes lines into a file as they come. */
export async function writeLines(lines: AsyncIterable<string>, target: FileTarget): Promise<void> {
  await writeChunks(withLineEnds(lines), target)
}

async function* withLineEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`
}

/** Writes pieces of text into a file as they come. */
export async function writeChunks(
  chunks: AsyncIterable<string>,
  target: FileTarget,
): Promise<void> {
  const { encoding = 'UTF8' } = target
  await using file = await opened(target)
  const isNew = (await file.stat()).size === 0
  let waiting = isNew && encoding !== 'UTF8' ? '\uFEFF' : ''
  for await (const chunk of chunks) {
    waiting += chunk
    if (waiting.length < chunkLength) continue
    await file.writeFile(waiting, encoding === 'Unicode' ? 'utf16le' : 'utf8')
    waiting = ''
  }
  await file.writeFile(waiting, encoding === 'Unicode' ? 'utf16le' : 'utf8')
}

async function opened({ path, append, keep }: FileTarget) {
  try {
    return await open(path, append ? 'a' : keep ? 'wx' : 'w')
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const why = error instanceof Error ? error.message : String(error)
    const message = exists
      ? `The file '${path}' already exists.`
      : `Could not open file '${path}': ${why}`
    throw new ShellError(message, {
      ...{ id: exists ? 'NoClobber' : 'FileOpenFailure', category: 'OpenError' },
      ...{ target: path, cause: error },
    })
  }
}
