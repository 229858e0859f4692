/** What is wrong with a filter (RFC 4515); undefined when nothing is. */
export async function filterFault(filter: string): Promise<string | undefined> {
  // Only a configuration that has one loads it.
  const { FilterParser } = await import('ldapts')
  try {
    FilterParser.parseString(filter)
    return filter.startsWith('(') ? undefined : 'it must begin with a bracket'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
