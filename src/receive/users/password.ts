import { type ScryptOptions, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** What one hash costs: 2^ln rounds of r blocks of 128 octets, p times. */
export interface HashCost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** Cost of new hashes: 2^15 rounds of 1 KB blocks, 32 MB and some 60 ms on one core. */
const usualCost: HashCost = { ln: 15, r: 8, p: 1 }
const saltBytes = 16
const hashBytes = 32
/** Refuses a hash that would take more memory than this to verify. */
const maximumMemory = 256 * 1024 ** 2

const shape = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

interface HashParts extends HashCost {
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Hashes a password for `PasswordHash`: `$scrypt$ln=15,r=8,p=1$salt$hash`, base64 without padding. */
export async function hashPassword(password: string, cost = usualCost): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, { ...cost, salt, hash: Buffer.alloc(hashBytes) })
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Whether the text is a hash that `verifyPassword` can check. */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined
}

/** Whether `password` is the one that was hashed; false also for a text that is no hash. */
export async function verifyPassword(password: string, passwordHash: string): Promise<boolean> {
  const parts = parseHash(passwordHash)
  if (parts === undefined) return false
  return timingSafeEqual(await derive(password, parts), parts.hash)
}

function parseHash(text: string): HashParts | undefined {
  const match = shape.exec(text)
  if (match === null) return undefined
  const [, ln, r, p, salt = '', hash = ''] = match
  const parts = { ln: Number(ln), r: Number(r), p: Number(p) }
  const inBounds = parts.ln >= 1 && parts.r >= 1 && parts.p >= 1
  if (!inBounds || 128 * 2 ** parts.ln * parts.r > maximumMemory) return undefined
  return { ...parts, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

function derive(password: string, { ln, r, p, salt, hash }: HashParts): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 2 * maximumMemory }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, hash.length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
