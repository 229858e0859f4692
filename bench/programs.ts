import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's package of each program that the bench starts. */
const packages = {
  postfix: 'postfix',
  postconf: 'postfix',
  'smtp-source': 'postfix',
  'smtp-sink': 'postfix',
  saslpasswd2: 'sasl2-bin',
  strace: 'strace',
  taskset: 'util-linux',
} as const

/** What keeps the bench from running here, in a sentence; undefined when nothing does. */
export function missingPrograms(path = process.env['PATH'] ?? ''): string | undefined {
  const missing = Object.entries(packages).filter(([program]) => !isInstalled(program, path))
  if (missing.length === 0) return undefined
  const names = missing.map(([program]) => program).join(', ')
  const wanted = [...new Set(missing.map(([, name]) => name))].join(' ')
  return `not found: ${names}; on Debian: apt-get install ${wanted}`
}

function isInstalled(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
