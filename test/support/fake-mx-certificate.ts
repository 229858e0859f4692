import { generate } from 'selfsigned'

/** A self-signed certificate for `names`, the first being its common name. */
export async function testCertificate(
  ...names: readonly string[]
): Promise<{ key: string; cert: string }> {
  const altNames = names.map((value) => ({ type: 2 as const, value }))
  const pems = await generate([{ name: 'commonName', value: names[0] ?? 'fake.example' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  return { key: pems.private, cert: pems.cert }
}
