/** A folder cannot take mail now; the message is the reply for what waits: `451 4.4.0 …`. */
export class FolderFault extends Error {
  override readonly name = 'FolderFault'
}

/** What the system says, in the words of people; the code follows in parentheses. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: '451 4.4.0 FOLDER does not exist',
  ENOTDIR: '451 4.4.0 FOLDER is no folder',
  EACCES: '451 4.4.0 FOLDER cannot be written to by this account',
  EPERM: '451 4.4.0 FOLDER cannot be written to by this account',
  EROFS: '451 4.4.0 FOLDER is on a disk that cannot be written to',
  ENOSPC: '452 4.3.1 FOLDER is on a full disk',
  EDQUOT: '452 4.3.1 FOLDER has no more room for this account',
}

/** The fault of a folder (`The Drop folder /x`) for what an operation on it rejected with. */
export function faultOf(error: unknown, folder: string): FolderFault {
  if (error instanceof FolderFault) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const known = code === undefined ? undefined : reasons[code]
  const said = error instanceof Error ? error.message : String(error)
  const text = known === undefined ? `451 4.4.0 FOLDER failed: ${said}` : `${known} (${code ?? ''})`
  return new FolderFault(
    text.replace('FOLDER', () => folder),
    { cause: error },
  )
}
