import { createPrivateKey } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { createDurably } from '../../../base/durable-file.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import type { CertificateFile } from '../../../tls/certificate-file.ts'
import type { KeyPair } from '../../../tls/certificates.ts'
import { isFault, parseKeyPair, readKeyPair } from '../../../tls/key-pair.ts'
import { newestOwnCertificate } from '../../../tls/own-certificate.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { Configuration } from './configuration.ts'

/** A certificate of the server: from files of the configuration, or the one it made for itself. */
export interface HeldCertificate {
  readonly pair: KeyPair
  /** Undefined for the server's own. */
  readonly files: CertificateFile | undefined
}

/** The section of the configuration that names the files. */
export const certificateSection = 'Certificates'

/** The folder beside the configuration file with the certificates that commands made or were given. */
const certificateFolder = 'certs'

/** The certificates that can be used, those of the configuration first. */
export async function heldCertificates(
  config: ServerConfig,
  dataFolder: string,
): Promise<readonly HeldCertificate[]> {
  const configured = await Promise.all(
    config.Certificates.map(async (files) => ({ files, pair: await readKeyPair(files) })),
  )
  const folder = join(dataFolder, 'certs')
  const own = await newestOwnCertificate({ folder, name: 'self-signed' }).catch(() => undefined)
  return [
    ...configured.flatMap(({ files, pair }) => (isFault(pair) ? [] : [{ files, pair }])),
    ...(own === undefined ? [] : [{ files: undefined, pair: own }]),
  ]
}

/** Reads a PEM with certificate, chain and key; an encrypted key is opened with the password. */
export function importedPair(data: Uint8Array, password: string | undefined): KeyPair {
  const text = Buffer.from(data).toString('latin1')
  if (!text.includes('-----BEGIN ')) {
    throw certificateError(
      'The file is not in PEM form. A PFX file becomes one by: openssl pkcs12 -in file.pfx -nodes -out file.pem',
    )
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)
  const [key] =
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(text) ?? []
  if (certificates === null) throw certificateError('The file holds no certificate.')
  if (key === undefined)
    throw certificateError('The file holds no private key; put it in the same file, in PEM form.')
  const pair = parseKeyPair(`${certificates.join('\n')}\n`, openedKey(key, password))
  if (isFault(pair)) throw certificateError(`The ${pair.setting} ${pair.message}.`)
  return pair
}

function openedKey(key: string, passphrase: string | undefined): string {
  if (passphrase === undefined) return `${key}\n`
  try {
    const opened = createPrivateKey({ key, passphrase })
    return opened.export({ type: 'pkcs8', format: 'pem' })
  } catch (error) {
    throw certificateError('The private key cannot be opened with this password.', error)
  }
}

/** Writes the two files, the key for its owner alone, and gives their paths for the configuration. */
export async function keepPair(
  { certificate, key, thumbprint }: KeyPair,
  { folder }: Configuration,
): Promise<CertificateFile> {
  const place = join(folder, certificateFolder)
  await mkdir(place, { recursive: true, mode: 0o700 })
  const rights = { mode: 0o600, ownerOf: folder }
  const name = (ending: string) => join(certificateFolder, `${thumbprint}.${ending}`)
  const files = { CertificateFile: name('crt'), KeyFile: name('key') }
  await createDurably(join(folder, files.KeyFile), key, rights)
  await createDurably(join(folder, files.CertificateFile), certificate, rights)
  return files
}

/** Deletes files made by `keepPair`; any others are left alone. Never rejects. */
export async function forgetPair(
  { CertificateFile: certificate, KeyFile: key }: CertificateFile,
  { folder }: Configuration,
): Promise<void> {
  const place = join(folder, certificateFolder)
  const ours = [certificate, key]
    .map((file) => resolve(folder, file))
    .filter((file) => {
      return dirname(file) === place && /^[0-9A-F]{40,64}\.(crt|key)$/.test(basename(file))
    })
  for (const file of ours) await rm(file, { force: true }).catch(() => undefined)
}

export function certificateError(message: string, cause?: unknown): ShellError {
  return new ShellError(message, {
    ...{ id: 'CertificateNotUsable', category: 'InvalidData', cause },
  })
}
