import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The project's folder. */
export const root = join(import.meta.dirname, '../..')

/** Every page of ours, by its path. */
export const pages: ReadonlyMap<string, string> = new Map(
  globSync(['*.md', 'docs/*.md', 'certs/*.md'], { cwd: root }).map(
    (path) => [path, readFileSync(join(root, path), 'utf8')] as const,
  ),
)

export function page(path: string): string {
  return pages.get(path) ?? ''
}

/** The blocks of a page in one language: `yaml`, `sh`, or '' for those without one. */
export function blocks(path: string, language: string): readonly string[] {
  const fences = page(path).matchAll(/^ *```(\w*)\n([^]*?)^ *```$/gm)
  return [...fences].flatMap(([, name, text = '']) => (name === language ? [text] : []))
}

/** The commands of a page's `sh` blocks: continued lines joined, without comments. */
export function shellLines(path: string): readonly string[] {
  return blocks(path, 'sh').flatMap((block) =>
    block
      .replaceAll(/ *\\\n */g, ' ')
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== ''),
  )
}
