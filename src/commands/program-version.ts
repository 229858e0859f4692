import { readFile } from 'node:fs/promises'

/** `edge-relay 0.1.0 (Node.js v26.10.0)`: what is installed, and what runs it. */
export async function programVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const [, version = ''] = /"version": "([^"]+)"/.exec(text) ?? []
  return `edge-relay ${version} (Node.js ${process.version})`
}
