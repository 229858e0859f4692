import type { ClientCredential } from './credential.ts'

/** What stands for a secret in logs and texts, as in Exchange's protocol log. */
const mask = '<authentication response>'

/** Shorter pieces stand in ordinary words, too. */
const shortestPiece = 4
/** So much of the beginning of an encoded secret tells it from a word, where the rest was cut off. */
const tellingStart = 8

/**
 * Takes a credential out of what a peer says: peers repeat the line that they refuse. It is found as it
 * is, URL-encoded, in hexadecimal digits and in BASE64, there at any place of what was encoded, and cut
 * off, too; in whatever case.
 */
export function credentialMask({ userName, password }: ClientCredential): (line: string) => string {
  if (password === '') return (line) => line
  const octets = Buffer.from(password)
  const whole = octets.toString('base64').replace(/=+$/, '')
  const hex = octets.toString('hex')
  const encoded = [
    ...[whole, hex, ...anywhere(octets)].filter((piece) => piece.length >= shortestPiece),
    ...[whole, plainStart(userName)].flatMap((text) =>
      text.length < tellingStart ? [] : [text.slice(0, tellingStart)],
    ),
  ]
  const literal = [password, password.trim(), encodeURIComponent(password)].filter(Boolean)
  const patterns = [
    ...new Set(encoded.map((piece) => `[\\w+/-]*${escaped(piece)}[\\w+/=-]*`)),
    ...new Set(literal.map(escaped)),
  ]
  const secret = new RegExp(patterns.join('|'), 'gi')
  // The code of a reply is none of it, whatever the password.
  return (line) => {
    const code = /^\d{3}[ -]/.exec(line)?.[0] ?? ''
    return code + line.slice(code.length).replace(secret, mask)
  }
}

/** How the answer of AUTH PLAIN begins, without what depends on the password. */
function plainStart(userName: string): string {
  const octets = Buffer.from(`\0${userName}\0`)
  return octets.toString('base64').slice(0, Math.floor((octets.length * 8) / 6))
}

/** BASE64 of the octets wherever they stand in what is encoded, without what depends on their neighbours. */
function anywhere(octets: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), octets]).toString('base64')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + octets.length) * 8) / 6)
    return text.slice(first, last)
  })
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
