/** What the program log has at the least; each level has those behind it, too. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** The level that `EDGE_LOG_LEVEL` names; `info` when it names none. */
export function logLevel(env: Readonly<Record<string, string | undefined>>): LogLevel {
  const asked = env['EDGE_LOG_LEVEL']?.toLowerCase()
  return logLevels.find((level) => level === asked) ?? 'info'
}
