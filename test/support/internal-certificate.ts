import { X509Certificate } from 'node:crypto'
import type { KeyPair } from '../../src/tls/certificates.ts'
import { testCertificate } from './fake-mx-certificate.ts'

/** A certificate as one by which a server's services know one another. */
export async function internalCertificate(): Promise<KeyPair> {
  const { key, cert } = await testCertificate('edge-relay.internal')
  const facts = new X509Certificate(cert)
  return {
    certificate: cert,
    key,
    name: `<I>${facts.issuer}<S>${facts.subject}`,
    subject: facts.subject,
    issuer: facts.issuer,
    serialNumber: facts.serialNumber,
    domains: ['edge-relay.internal'],
    thumbprint: facts.fingerprint.replaceAll(':', ''),
    notBefore: new Date(facts.validFrom),
    notAfter: new Date(facts.validTo),
  }
}
