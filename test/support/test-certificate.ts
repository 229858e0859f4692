import { generate } from 'selfsigned'

export interface TestCertificateOptions {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** A certificate and its key, PEM, whose names are `domains`. */
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
