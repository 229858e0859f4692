import { generate } from 'selfsigned'
import type { KeyPair } from '../../src/tls/certificates.ts'
import { isFault, parseKeyPair } from '../../src/tls/key-pair.ts'

export interface TestCertificateOptions {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** A self-signed certificate with a P-256 key, PEM, whose names are `domains`. */
export async function testCertificate(
  domains: readonly [string, ...string[]],
  { notBefore, notAfter }: TestCertificateOptions = {},
): Promise<{ readonly cert: string; readonly key: string }> {
  const made = await generate([{ name: 'commonName', value: domains[0] }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(notBefore !== undefined && { notBeforeDate: notBefore }),
    ...(notAfter !== undefined && { notAfterDate: notAfter }),
    extensions: [
      { name: 'subjectAltName', altNames: domains.map((value) => ({ type: 2 as const, value })) },
    ],
  })
  return { cert: made.cert, key: made.private }
}

/** One as the relay holds it. */
export async function testKeyPair(domain: string): Promise<KeyPair> {
  const { cert, key } = await testCertificate([domain])
  const pair = parseKeyPair(cert, key)
  if (isFault(pair)) throw new Error(`${pair.setting} ${pair.message}`)
  return pair
}
