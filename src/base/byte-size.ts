/** A size in bytes. `Infinity` stands for Exchange's `unlimited`. */
export type Bytes = number

const units: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
}

/**
 * Reads Exchange's notation: `36700160`, `35MB`, `64 KB`, `35 MB (36,700,160 bytes)`, `unlimited`.
 * Returns undefined for anything else; a unit is a power of 1024.
 */
export function parseByteSize(text: string): Bytes | undefined {
  const trimmed = text.trim()
  if (/^unlimited$/i.test(trimmed)) return Infinity
  const match = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)?(?:\s*\(([\d,]+) bytes\))?$/i.exec(trimmed)
  if (match === null) return undefined
  const [, amount = '', unit = '', exact] = match
  if (exact !== undefined) return Number(exact.replaceAll(',', ''))
  return Math.round(Number(amount) * (units[unit.toUpperCase()] ?? 1))
}

/** Writes Exchange's notation: `35 MB (36,700,160 bytes)`, `512 B (512 bytes)`, `Unlimited`. */
export function formatByteSize(size: Bytes): string {
  if (size === Infinity) return 'Unlimited'
  const unit = ['TB', 'GB', 'MB', 'KB'].find((name) => size >= (units[name] ?? 1)) ?? 'B'
  const amount = Number((size / (units[unit] ?? 1)).toPrecision(4))
  return `${amount} ${unit} (${size.toLocaleString('en-US')} bytes)`
}
