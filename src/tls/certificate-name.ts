import type { X509Certificate } from 'node:crypto'

/** Exchange's TlsCertificateName: `<I>CN=Example CA, O=Example<S>CN=mail.example.com`. */
export function certificateName(certificate: X509Certificate): string {
  const issuer = distinguishedName(certificate.issuer)
  return `<I>${issuer}<S>${distinguishedName(certificate.subject)}`
}

/** Whether two spellings of a TlsCertificateName are the same: case and spacing do not count. */
export function sameCertificateName(one: string, other: string): boolean {
  return comparable(one) === comparable(other)
}

/** Whether the text has the form `<I>issuer<S>subject`. */
export function isCertificateName(text: string): boolean {
  return /^\s*<I>.+<S>.+$/i.test(text)
}

/**
 * A name as .NET, and so Exchange, prints it: the most particular part first, a comma and a space
 * between parts, a value with special characters in quotes. Node gives one part a line in the
 * certificate's order, special characters behind a backslash.
 */
export function distinguishedName(name: string | undefined): string {
  return (name ?? '').split('\n').filter(Boolean).reverse().map(namePart).join(', ')
}

/** DNS names of the subject alternative name, else the common name; lower case. */
export function certificateDomains(certificate: X509Certificate): string[] {
  const alternatives = [...(certificate.subjectAltName ?? '').matchAll(/\bDNS:("?)([^",]+)\1/g)]
  const domains = alternatives.map(([, , domain = '']) => domain.toLowerCase())
  if (domains.length > 0) return domains
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  return commonName === undefined ? [] : [commonName.toLowerCase()]
}

const dotNetNames: Readonly<Record<string, string>> = { emailAddress: 'E', ST: 'S' }

function namePart(part: string): string {
  const [, type = '', value = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? []
  const plain = value.replace(/\\(.)/gs, '$1')
  const special = /[,+"\\<>;=]|^\s|\s$/.test(plain)
  const shown = special ? `"${plain.replaceAll('"', '""')}"` : plain
  return `${dotNetNames[type] ?? type}=${shown}`
}

function comparable(name: string): string {
  return name.toLowerCase().replace(/\s+/g, '')
}
