import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { CertificateFile } from './certificate-file.ts'
import { certificateDomains, certificateName, distinguishedName } from './certificate-name.ts'
import type { KeyPair } from './certificates.ts'

/** Why a certificate cannot be used, and which of its two settings to look at. */
export interface CertificateFault {
  readonly setting: keyof CertificateFile
  readonly message: string
}

/** Reads the two files of a configured certificate and checks that they fit. Never rejects. */
export async function readKeyPair(files: CertificateFile): Promise<KeyPair | CertificateFault> {
  const certificate = await readText(files.CertificateFile)
  if (certificate instanceof Error)
    return { setting: 'CertificateFile', message: unreadable(files.CertificateFile, certificate) }
  const key = await readText(files.KeyFile)
  if (key instanceof Error) return { setting: 'KeyFile', message: unreadable(files.KeyFile, key) }
  return parseKeyPair(certificate, key)
}

/** Joins a certificate (with the chain above it) and its key, both PEM. */
export function parseKeyPair(certificate: string, key: string): KeyPair | CertificateFault {
  const parsed = attempt(() => new X509Certificate(certificate))
  if (parsed instanceof Error)
    return { setting: 'CertificateFile', message: 'holds no PEM certificate' }
  const privateKey = attempt(() => createPrivateKey(key))
  if (privateKey instanceof Error) return { setting: 'KeyFile', message: keyFault(key) }
  if (!parsed.checkPrivateKey(privateKey))
    return { setting: 'KeyFile', message: 'is not the key of the certificate in CertificateFile' }
  const context = attempt(() => createSecureContext({ cert: certificate, key }))
  if (context instanceof Error)
    return { setting: 'CertificateFile', message: `cannot be used for TLS (${context.message})` }
  return {
    certificate,
    key,
    name: certificateName(parsed),
    subject: distinguishedName(parsed.subject),
    issuer: distinguishedName(parsed.issuer),
    serialNumber: parsed.serialNumber,
    domains: certificateDomains(parsed),
    thumbprint: parsed.fingerprint.replaceAll(':', ''),
    notBefore: new Date(parsed.validFrom),
    notAfter: new Date(parsed.validTo),
  }
}

/** Tells a fault from a pair. */
export function isFault(result: KeyPair | CertificateFault): result is CertificateFault {
  return 'message' in result
}

function keyFault(key: string): string {
  if (key.includes('ENCRYPTED')) return 'is encrypted; give a key without passphrase'
  return 'holds no PEM private key'
}

function unreadable(file: string, error: Error): string {
  const reason = 'code' in error && error.code === 'ENOENT' ? 'no such file' : error.message
  return `cannot be read: ${reason} (${file})`
}

async function readText(file: string): Promise<string | Error> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return asError(error)
  }
}

function attempt<T>(action: () => T): T | Error {
  try {
    return action()
  } catch (error) {
    return asError(error)
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
