import { expect, test } from 'vitest'
import { ClientCertificates } from '../../../../src/deliver/smtp/client-certificates.ts'
import type { KeyPair } from '../../../../src/tls/certificates.ts'
import { sendConnector } from '../../../support/delivery-bench.ts'
import { testCertificate } from '../../../support/test-certificate.ts'

test('gives one context per certificate, and none for a name that is not there', async () => {
  const { key, cert } = await testCertificate(['edge.test'])
  const name = '<I>CN=edge.test<S>CN=edge.test'
  const pair: KeyPair = {
    ...{ certificate: cert, key, name, subject: 'CN=edge.test', issuer: 'CN=edge.test' },
    ...{ serialNumber: '01', domains: ['edge.test'], thumbprint: 'AB' },
    ...{ notBefore: new Date(0), notAfter: new Date(1) },
  }
  const certificates = new ClientCertificates({
    select: (_, wanted) => (wanted === name ? pair : undefined),
    internal: pair,
  })
  const named = sendConnector({ TlsCertificateName: name })
  const plain = certificates.context(sendConnector({}), 'edge.test')
  const own = certificates.context(named, 'edge.test')
  expect(own).toBeDefined()
  expect(own).not.toBe(plain)
  expect(certificates.context(named, 'edge.test')).toBe(own)
  const missing = sendConnector({ TlsCertificateName: '<I>CN=x<S>CN=y' })
  expect(certificates.context(missing, 'edge.test')).toBeUndefined()
})
