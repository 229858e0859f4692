import { readFile } from 'node:fs/promises'
import { parseDocument, isMap, isScalar } from 'yaml'
import { shortName } from './host-names.ts'

/**
 * The server's name by its configuration file, for a greeting: read without the schemas, which take
 * longer to load than all else. Undefined when the file does not tell.
 */
export async function serverNameIn(file: string, hostName: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  const server = valueOf(document.contents, 'server')
  const name = valueOf(server, 'name')
  const given = isScalar(name) ? String(name.source ?? name.value).trim() : ''
  return given === '' ? shortName(hostName) : given
}

function valueOf(map: unknown, key: string): unknown {
  if (!isMap(map)) return undefined
  return map.items.find(
    (pair) => isScalar(pair.key) && String(pair.key.value).toLowerCase() === key,
  )?.value
}
