import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

type Owner = readonly [uid: number, gid: number]

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
  /** Offers STARTTLS with this certificate and key, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** Passwords by user name: offers AUTH, by Cyrus SASL with a file of its own. */
  readonly users?: Readonly<Record<string, string>>
  /** The folder to make its own folder in; default the system's for temporary files. */
  readonly within?: string
}

/** A private instance of Debian's Postfix, run as root in a temporary folder. */
export class Postfix implements AsyncDisposable {
  readonly folder: string
  readonly address: string
  readonly port: number

  private constructor(folder: string, { address, port }: PostfixOptions) {
    this.folder = folder
    this.address = address
    this.port = port
  }

  static async start(options: PostfixOptions): Promise<Postfix> {
    const folder = await mkdtemp(join(options.within ?? tmpdir(), 'postfix-'))
    await chmod(folder, 0o755)
    const postfix = new Postfix(folder, options)
    for (const name of ['etc', 'queue', 'data', 'mail']) await mkdir(join(folder, name))
    const [uid, gid] = await Promise.all([userId('-u'), userId('-g')])
    await chown(join(folder, 'data'), uid, gid)
    await chown(join(folder, 'mail'), uid, gid)
    await writeFile(join(folder, 'etc', 'main.cf'), postfix.#mainCf(options, [uid, gid]))
    await writeFile(join(folder, 'etc', 'master.cf'), masterCf(options))
    await postfix.#writeFiles(options)
    await postfix.#addUsers(options.users ?? {}, [uid, gid])
    await run('postfix', ['-c', join(folder, 'etc'), 'start'])
    return postfix
  }

  /** The folder that a `virtual_mailbox_base` may deliver to. */
  get mailFolder(): string {
    return join(this.folder, 'mail')
  }

  /** The process that all others descend from. */
  async masterPid(): Promise<number> {
    return Number(await readFile(join(this.folder, 'queue', 'pid', 'master.pid'), 'utf8'))
  }

  /** Its main.cf and master.cf. */
  async configuration(): Promise<{ readonly mainCf: string; readonly masterCf: string }> {
    const read = (name: string) => readFile(join(this.folder, 'etc', name), 'utf8')
    return { mainCf: await read('main.cf'), masterCf: await read('master.cf') }
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

  /** The files that `virtual` delivered into its Maildir, as text. */
  async mailbox(): Promise<string[]> {
    const folder = join(this.mailFolder, 'inbox', 'new')
    const names = await readdir(folder).catch(() => [])
    return await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('postfix', ['-c', join(this.folder, 'etc'), 'stop']).catch(() => undefined)
    await rm(this.folder, { recursive: true, force: true })
  }

  async #writeFiles({ tables = {}, certificate }: PostfixOptions): Promise<void> {
    const etc = join(this.folder, 'etc')
    if (certificate !== undefined) {
      await writeFile(join(etc, 'cert.pem'), certificate.cert)
      await writeFile(join(etc, 'key.pem'), certificate.key, { mode: 0o600 })
    }
    for (const [name, text] of Object.entries(tables)) {
      await writeFile(join(etc, name), text)
      await run('postmap', [`hash:${join(etc, name)}`])
    }
  }

  async #addUsers(users: Readonly<Record<string, string>>, owner: Owner) {
    if (Object.keys(users).length === 0) return
    const database = join(this.folder, 'sasldb2')
    for (const [name, password] of Object.entries(users)) {
      const adding = run('saslpasswd2', ['-p', '-c', '-f', database, '-u', saslRealm, name])
      adding.child.stdin?.end(password)
      await adding
    }
    await chown(database, ...owner)
    // Where Debian's Postfix looks, whatever cyrus_sasl_config_path says.
    await mkdir(join(this.folder, 'etc', 'sasl'))
    await writeFile(
      join(this.folder, 'etc', 'sasl', 'smtpd.conf'),
      `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: ${database}\n`,
    )
  }

  #mainCf({ settings, certificate, users }: PostfixOptions, [uid, gid]: Owner): string {
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
      virtual_mailbox_base: this.mailFolder,
      virtual_uid_maps: `static:${uid}`,
      virtual_gid_maps: `static:${gid}`,
      ...(certificate !== undefined && tlsSettings),
      ...(users !== undefined && saslSettings),
      ...settings,
    }
    return Object.entries(all)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join('')
  }
}

const tlsSettings = {
  smtpd_tls_security_level: 'may',
  smtpd_tls_loglevel: '1',
  smtpd_tls_received_header: 'yes',
  smtpd_tls_cert_file: '${config_directory}/cert.pem',
  smtpd_tls_key_file: '${config_directory}/key.pem',
}

const saslRealm = 'postfix.test'

const saslSettings = {
  smtpd_sasl_auth_enable: 'yes',
  smtpd_tls_auth_only: 'yes',
  smtpd_sasl_local_domain: saslRealm,
  smtpd_recipient_restrictions: 'permit_sasl_authenticated, reject',
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
    'tlsproxy unix - - n - 0 tlsproxy',
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
