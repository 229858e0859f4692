import { mkdir, readFile, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { createDurably } from '../base/durable-file.ts'
import { type Milliseconds, day } from '../base/time-span.ts'
import { type CertificateFacts, fitsDomain } from './certificate-choice.ts'
import type { KeyPair } from './certificates.ts'
import { isFault, parseKeyPair } from './key-pair.ts'
import type { CertificateMaker } from './self-signed.ts'

/** As long as the self-signed certificates that Exchange makes. */
const lifetime: Milliseconds = 5 * 365 * day
/** One that ends sooner than this is replaced at start. */
const renewBefore: Milliseconds = 30 * day
/** Rivals that start at once need one round each; more rounds than this mean a broken folder. */
const maximumRounds = 20

export interface OwnCertificateOptions {
  readonly folder: string
  /** File name without number: `self-signed`, `internal`. */
  readonly name: string
  /** The name that the certificate is for. */
  readonly fqdn: string
  readonly clock: Clock
  readonly make: CertificateMaker
}

/**
 * The certificate that this server made for itself: `self-signed-1.pem` with key and certificate in
 * one file, so that no one ever sees one without the other. A new one (other name, soon to end) gets
 * the next number by an exclusive create, so services that start at once agree on one. Rejects when
 * the folder cannot be written.
 */
export async function ownCertificate(options: OwnCertificateOptions): Promise<KeyPair> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  for (let round = 0; round < maximumRounds; round++) {
    const numbers = await existingNumbers(options)
    const newest = numbers.at(-1) ?? 0
    const current = newest === 0 ? undefined : await read(options, newest)
    if (current !== undefined && isGood(current, options)) return current
    const content = await made(options)
    if (!(await createDurably(path(options, newest + 1), content, { mode: 0o600 }))) continue
    await forget(options, numbers.slice(0, -1))
  }
  throw new Error(`cannot make a certificate in ${options.folder}: it changes all the time`)
}

/** What is known of the self-signed certificate of a server with this Fqdn before it is made. */
export function selfSignedFacts(fqdn: string, now: Milliseconds): CertificateFacts {
  const name = `CN=${fqdn.slice(0, 64)}`
  return {
    name: `<I>${name}<S>${name}`,
    domains: [fqdn.toLowerCase()],
    notBefore: new Date(now),
    notAfter: new Date(now + lifetime),
  }
}

/** Reads the newest certificate without making one; undefined when there is none that can be used. */
export async function newestOwnCertificate(
  options: Pick<OwnCertificateOptions, 'folder' | 'name'>,
): Promise<KeyPair | undefined> {
  const newest = (await existingNumbers(options)).at(-1)
  return newest === undefined ? undefined : await read(options, newest)
}

type Place = Pick<OwnCertificateOptions, 'folder' | 'name'>

function path({ folder, name }: Place, number: number): string {
  return join(folder, `${name}-${number}.pem`)
}

async function existingNumbers({ folder, name }: Place): Promise<number[]> {
  const files = await readdir(folder)
  return files
    .flatMap((file) => {
      const match = /^(.*)-(\d{1,9})\.pem$/.exec(file)
      return match?.[1] === name ? Number(match[2]) : []
    })
    .sort((a, b) => a - b)
}

async function read(place: Place, number: number): Promise<KeyPair | undefined> {
  const text = await readFile(path(place, number), 'utf8').catch(() => '')
  const [certificate = ''] = /-----BEGIN CERTIFICATE-----[^]*/.exec(text) ?? []
  const pair = parseKeyPair(certificate, text)
  return isFault(pair) ? undefined : pair
}

function isGood(pair: KeyPair, { fqdn, clock }: OwnCertificateOptions): boolean {
  const remaining = pair.notAfter.getTime() - clock.now()
  return remaining > renewBefore && pair.domains.some((domain) => fitsDomain(domain, fqdn))
}

async function made({ fqdn, clock, make }: OwnCertificateOptions): Promise<string> {
  const { key, certificate } = await make({ domains: [fqdn], now: clock.now(), lifetime })
  return `${key}${certificate}`
}

/** The last one but this is kept, for a service that is just reading it. */
async function forget(place: Place, numbers: readonly number[]): Promise<void> {
  await Promise.all(numbers.map((number) => unlink(path(place, number)).catch(() => undefined)))
}
