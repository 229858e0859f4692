/** What a table has under a name of its own; names that every object has, such as `constructor`, are none. */
export const ownOf = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined
