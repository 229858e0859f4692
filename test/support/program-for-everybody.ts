import { chmod, cp, mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tempFolder } from './temp-folder.ts'

const root = join(fileURLToPath(new URL('../..', import.meta.url)), '.')

/** What another user can run: Node, the `edge` command, and what compiles it ahead. */
export interface Program {
  readonly node: string
  readonly edge: string
}

/**
 * The program for a test that runs it as another user: this checkout, or a copy of what runs where the
 * checkout stands below a folder that others may not enter, such as root's home.
 */
export async function programForEverybody(): Promise<Program> {
  if (await othersMayEnter(root)) return { node: process.execPath, edge: join(root, 'bin/edge.js') }
  const copy = await tempFolder()
  await chmod(copy, 0o755)
  const node = join(copy, 'node')
  await cp(process.execPath, node)
  const parts = ['bin', 'src', 'package.json', ...(await installedFolders())]
  for (const part of parts) {
    await mkdir(dirname(join(copy, part)), { recursive: true })
    await cp(join(root, part), join(copy, part), { recursive: true })
  }
  return { node, edge: join(copy, 'bin/edge.js') }
}

/** Whether another user may read a folder, and pass through those above it. */
async function othersMayEnter(folder: string, needed = 0o005): Promise<boolean> {
  const { mode } = await stat(folder)
  if ((mode & needed) !== needed) return false
  const above = dirname(folder)
  return above === folder || (await othersMayEnter(above, 0o001))
}

/** The packages that the program itself needs, by the lock file. */
async function installedFolders(): Promise<readonly string[]> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
  }
  return Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && dev !== true)
    .map(([folder]) => folder)
}
