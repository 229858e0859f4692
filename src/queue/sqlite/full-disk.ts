/** Whether an error of the system says that its disk, or what a user may have of it, is full. */
export function isFullDisk(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false
  return cause.code === 'ENOSPC' || cause.code === 'EDQUOT'
}
