import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's package of each program of others that bench and interop tests start. */
const packages = {
  postfix: 'postfix',
  postconf: 'postfix',
  postmap: 'postfix',
  'smtp-source': 'postfix',
  'smtp-sink': 'postfix',
  saslpasswd2: 'sasl2-bin',
  strace: 'strace',
  taskset: 'util-linux',
  openssl: 'openssl',
  swaks: 'swaks',
  telnet: 'inetutils-telnet',
  script: 'bsdutils',
  stty: 'coreutils',
  slapd: 'slapd',
} as const

type Program = keyof typeof packages

interface Here {
  readonly path: string
  readonly isRoot: boolean
}

const here: Here = { path: process.env['PATH'] ?? '', isRoot: process.getuid?.() === 0 }

/** Why the programs cannot be started here, and what to do, in a sentence; undefined when they can. */
export function hindranceTo(
  programs: readonly Program[],
  { path, isRoot } = here,
): string | undefined {
  const missing = programs.filter((program) => !isInstalled(program, path))
  if (missing.length > 0) {
    const wanted = [...new Set(missing.map((program) => packages[program]))].join(' ')
    return `not found: ${missing.join(', ')}; on Debian: apt-get install ${wanted}`
  }
  if (programs.includes('postfix') && !isRoot) {
    return 'a Postfix of our own and port 25 are for root: run this as root'
  }
  return undefined
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
