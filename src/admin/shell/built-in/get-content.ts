import { readFile } from 'node:fs/promises'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { oneOf, text, wholeNumber } from '../parameter-types.ts'
import { refuseTogether, requireWith } from '../parameter-sets.ts'
import { ShellError } from '../shell-error.ts'

/** `Get-Content -Path p`, and `Get-Content -Path p -Encoding Byte -ReadCount 0` for a whole file. */
export const getContent = defineCmdlet({
  name: 'Get-Content',
  aliases: ['gc', 'cat', 'type'],
  synopsis: 'Reads a file.',
  description: 'Gives the lines of a text, or with -Encoding Byte the octets as one value.',
  parameters: {
    Path: parameter(text, { help: 'The file.', position: 0, required: true, pipeline: 'value' }),
    Encoding: parameter(oneOf(['UTF8', 'ASCII', 'Byte']), {
      help: 'What the file holds: text, or octets (Byte).',
      defaultText: 'UTF8',
    }),
    ReadCount: parameter(wholeNumber(0, 0), {
      help: 'With -Encoding Byte: 0 reads the whole file at once, which is what happens anyway.',
    }),
    TotalCount: parameter(wholeNumber(0), {
      help: 'How many lines from the beginning.',
      aliases: ['First'],
    }),
  },
  examples: [
    {
      code: 'Import-ExchangeCertificate -FileData ([byte[]]$(Get-Content -Path cert.pem -Encoding Byte -ReadCount 0))',
      text: 'Gives the content of a file to a parameter.',
    },
  ],
  async *run({ given }) {
    if (given.Encoding === 'Byte') refuseTogether(given, ['Encoding', 'TotalCount'])
    requireWith(given, 'ReadCount', 'Encoding')
    const content = await contentOf(given.Path)
    if (given.Encoding === 'Byte') yield new Uint8Array(content)
    else {
      const lines = content
        .toString('utf8')
        .replace(/\r?\n$/, '')
        .split(/\r?\n/)
      yield* lines.slice(0, given.TotalCount)
    }
  },
})

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Why a file could not be read, for the administrator. */
export function unreadable(path: string, error: unknown): ShellError {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  const why = error instanceof Error ? error.message : String(error)
  return new ShellError(missing ? `Cannot find path '${path}' because it does not exist.` : why, {
    ...{ id: missing ? 'PathNotFound' : 'FileReadFailure' },
    ...{ category: missing ? 'ObjectNotFound' : 'ReadError', target: path, cause: error },
  })
}
