import { globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { testCertificate } from './test-certificate.ts'

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

const sections = z.record(z.string(), z.unknown())

/** A configuration with the sections of a part that a page shows, in place of its own of these names. */
export function withPart(config: string, part: string): string {
  return stringify({ ...sections.parse(parse(config)), ...sections.parse(parse(part)) })
}

/** Writes the files that the configurations of the pages name, into `config` and `certs` of a folder. */
export async function writeNamedFiles(folder: string): Promise<void> {
  await mkdir(join(folder, 'config/secrets'), { recursive: true })
  await mkdir(join(folder, 'certs'))
  for (const name of ['smart-host', 'ldap', 'app-token'])
    await writeFile(join(folder, 'config/secrets', name), 'secret\n')
  const [recipients = ''] = blocks('docs/recipients.md', 'csv')
  await writeFile(join(folder, 'config/recipients.csv'), recipients)
  const { cert, key } = await testCertificate(['mail.contoso.com'])
  await writeFile(join(folder, 'certs/mail.contoso.com.pem'), cert)
  await writeFile(join(folder, 'certs/mail.contoso.com.key'), key)
}
