import type { Clock } from '../base/clock.ts'
import { FileWatch } from '../base/file-watch.ts'
import type { Live } from '../base/live.ts'
import { second } from '../base/time-span.ts'
import { chooseCertificate } from './certificate-choice.ts'
import type { CertificateFile } from './certificate-file.ts'
import type { Certificates, KeyPair } from './certificates.ts'
import { isFault, readKeyPair } from './key-pair.ts'
import { newestOwnCertificate, ownCertificate } from './own-certificate.ts'
import type { CertificateMaker } from './self-signed.ts'

const selfSigned = 'self-signed'
const internal = 'internal'
/** Time for a renewal to write both files. */
const quietTime = 2 * second

/** What the store tells; pino's methods fit. */
export interface CertificateLog {
  info(message: string): void
  error(message: string): void
}

export interface CertificateStoreOptions {
  /** The certificates that the administrator supplies, paths absolute. */
  readonly configured: Live<readonly CertificateFile[]>
  /** Where this server keeps its own: `data/certs`. */
  readonly folder: string
  /** The server's. */
  readonly fqdn: string
  readonly clock: Clock
  /** Makes this server's own. */
  readonly make: CertificateMaker
  readonly log: CertificateLog
  /** Called each time that all were read anew, whether they changed or not; first before `open` resolves. */
  readonly onRead?: (certificates: Certificates) => void
}

/** What the store holds at a time; replaced as a whole. */
interface Held {
  readonly configured: readonly KeyPair[]
  readonly selfSigned: KeyPair
  readonly internal: KeyPair
}

/**
 * The certificates of this server, read again when their files change. A pair that cannot be read
 * then (a renewal half done) is kept as it was.
 */
export class CertificateStore implements Certificates, AsyncDisposable {
  readonly #options: CertificateStoreOptions
  readonly #unsubscribe: () => void
  #held: Held
  #byFile: ReadonlyMap<string, KeyPair> = new Map()
  #watched: readonly CertificateFile[] = []
  #watch: FileWatch
  #working: Promise<void> = Promise.resolve()
  #closed = false

  private constructor(options: CertificateStoreOptions, own: Omit<Held, 'configured'>) {
    this.#options = options
    this.#held = { configured: [], ...own }
    this.#watch = this.#watchFiles()
    this.#unsubscribe = options.configured.subscribe(() => void this.reload())
  }

  /**
   * Reads the certificates, making this server's own at the first start. Rejects when `folder` cannot
   * be written or read.
   */
  static async open(options: CertificateStoreOptions): Promise<CertificateStore> {
    const { folder, fqdn, clock, make } = options
    const store = new CertificateStore(options, {
      selfSigned: await ownCertificate({ folder, fqdn, clock, make, name: selfSigned }),
      internal: await ownCertificate({ folder, fqdn, clock, make, name: internal }),
    })
    await store.reload()
    return store
  }

  get internal(): KeyPair {
    return this.#held.internal
  }

  select(fqdn: string, tlsCertificateName = ''): KeyPair | undefined {
    const now = this.#options.clock.now()
    return chooseCertificate(this.#held, { fqdn, name: tlsCertificateName }, now)
  }

  /** Reads all files again; called by itself when they change. Never rejects. */
  reload(): Promise<void> {
    this.#working = this.#working.then(() => this.#read())
    return this.#working
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#unsubscribe()
    this.#watch[Symbol.dispose]()
    await this.#working
  }

  /** The watch is in place before the read, so that no change falls between the two. */
  async #read(): Promise<void> {
    if (this.#closed) return
    const { configured, folder, log, onRead } = this.#options
    if (configured.current !== this.#watched) {
      this.#watch[Symbol.dispose]()
      this.#watch = this.#watchFiles()
    }
    await this.#watch.ready()
    const read = await readPairs(configured.current, this.#byFile)
    for (const fault of read.faults) log.error(fault)
    const own = async (name: string, held: KeyPair) =>
      (await newestOwnCertificate({ folder, name }).catch(() => undefined)) ?? held
    const held = {
      configured: [...read.byFile.values()],
      selfSigned: await own(selfSigned, this.#held.selfSigned),
      internal: await own(internal, this.#held.internal),
    }
    const news = changed(this.#held, held)
    this.#byFile = read.byFile
    this.#held = held
    for (const pair of news)
      log.info(`certificate ${pair.name} (${pair.thumbprint}) is in use from now on`)
    onRead?.(this)
  }

  #watchFiles(): FileWatch {
    const { configured, folder, clock, log } = this.#options
    this.#watched = configured.current
    const files = this.#watched.flatMap((file) => [file.CertificateFile, file.KeyFile])
    return new FileWatch({
      files,
      folders: [folder],
      clock,
      quietTime,
      onChange: () => void this.reload(),
      onError: (error) => log.error(`cannot watch the certificates: ${error.message}`),
    })
  }
}

interface ReadPairs {
  readonly byFile: ReadonlyMap<string, KeyPair>
  readonly faults: readonly string[]
}

/** Reads each pair; for one that cannot be read the `previous` one of the same file, if any, stays. */
async function readPairs(
  files: readonly CertificateFile[],
  previous: ReadonlyMap<string, KeyPair>,
): Promise<ReadPairs> {
  const byFile = new Map<string, KeyPair>()
  const faults: string[] = []
  for (const file of files) {
    const read = await readKeyPair(file)
    const pair = isFault(read) ? previous.get(file.CertificateFile) : read
    const stays = pair === undefined ? '' : '; the certificate in use stays'
    if (isFault(read)) faults.push(`${read.setting} ${file[read.setting]} ${read.message}${stays}`)
    if (pair !== undefined) byFile.set(file.CertificateFile, pair)
  }
  return { byFile, faults }
}

function changed(before: Held, after: Held): KeyPair[] {
  const known = new Set(all(before).map((pair) => pair.thumbprint))
  return all(after).filter((pair) => !known.has(pair.thumbprint))
}

function all(held: Held): readonly KeyPair[] {
  return [...held.configured, held.selfSigned, held.internal]
}
