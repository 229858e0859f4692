import { X509Certificate } from 'node:crypto'
import type { KeyPair } from '../tls/certificates.ts'

const rawOf = new WeakMap<KeyPair, Buffer>()

/**
 * Whether a client's certificate (DER) is this server's internal one. The handshake has proved that
 * the client holds its key, which only our own services have; so names and issuers do not matter.
 */
export function isInternalCertificate(certificate: Buffer, internal: KeyPair): boolean {
  let raw = rawOf.get(internal)
  if (raw === undefined) {
    raw = new X509Certificate(internal.certificate).raw
    rawOf.set(internal, raw)
  }
  return raw.equals(certificate)
}
