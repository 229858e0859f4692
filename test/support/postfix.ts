import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How long a line of its log is waited for. */
const patienceMs = 60_000

export interface PostfixOptions {
  /** Address and port its smtpd listens on. */
  readonly address: string
  readonly port: number
  /** Lines of main.cf beside the ones every instance has. */
  readonly settings: Readonly<Record<string, string>>
  /** Look-up tables by name (`key value` lines), for settings to name as `hash:${config_directory}/NAME`. */
  readonly tables?: Readonly<Record<string, string>>
}

/** A private instance of Debian's Postfix, run as root in a temporary folder. */
export class Postfix implements AsyncDisposable {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async start(options: PostfixOptions): Promise<Postfix> {
    const folder = await mkdtemp(join(tmpdir(), 'postfix-'))
    await chmod(folder, 0o755)
    const postfix = new Postfix(folder)
    for (const name of ['etc', 'queue', 'data', 'mail']) await mkdir(join(folder, name))
    const [uid, gid] = await Promise.all([userId('-u'), userId('-g')])
    await chown(join(folder, 'data'), uid, gid)
    await chown(join(folder, 'mail'), uid, gid)
    await writeFile(join(folder, 'etc', 'main.cf'), postfix.#mainCf(options.settings))
    await writeFile(join(folder, 'etc', 'master.cf'), masterCf(options))
    for (const [name, text] of Object.entries(options.tables ?? {})) {
      await Postfix.table(join(folder, 'etc', name), text)
    }
    await run('postfix', ['-c', join(folder, 'etc'), 'start'])
    return postfix
  }

  /** The folder that a `virtual_mailbox_base` may deliver to. */
  get mailFolder(): string {
    return join(this.folder, 'mail')
  }

  /** Its log so far. */
  async log(): Promise<string> {
    return await readFile(join(this.folder, 'log'), 'utf8').catch(() => '')
  }

  /** Its log, as soon as at least `count` places match. */
  async logged(pattern: RegExp, count: number): Promise<string> {
    const until = Date.now() + patienceMs
    const all = new RegExp(pattern, 'g')
    for (;;) {
      const log = await this.log()
      if ((log.match(all)?.length ?? 0) >= count) return log
      if (Date.now() > until) throw new Error(`Postfix did not log ${all.source}:\n${log}`)
      await delay(100)
    }
  }

  /** Makes a look-up table from its text (`key value` lines) and returns its `hash:` name. */
  static async table(file: string, text: string): Promise<string> {
    await writeFile(file, text)
    await run('postmap', [`hash:${file}`])
    return `hash:${file}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('postfix', ['-c', join(this.folder, 'etc'), 'stop']).catch(() => undefined)
    await rm(this.folder, { recursive: true, force: true })
  }

  #mainCf(settings: Readonly<Record<string, string>>): string {
    const all = {
      compatibility_level: '3.6',
      queue_directory: join(this.folder, 'queue'),
      data_directory: join(this.folder, 'data'),
      maillog_file: join(this.folder, 'log'),
      maillog_file_prefixes: this.folder,
      inet_protocols: 'ipv4',
      inet_interfaces: '127.0.0.1',
      mydestination: '',
      mynetworks: '127.0.0.0/8',
      alias_maps: '',
      alias_database: '',
      smtpd_recipient_restrictions: 'permit_mynetworks, reject',
      ...settings,
    }
    return Object.entries(all)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join('')
  }
}

async function userId(which: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [which, 'postfix'])).stdout)
}

/** The services a small instance needs, none of them in a chroot. */
function masterCf({ address, port }: PostfixOptions): string {
  const services = [
    `${address}:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
  ]
  return services.map((line) => `${line}\n`).join('')
}
