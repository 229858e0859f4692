const units: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
  PB: 1024 ** 5,
}

/** A number at the beginning of a text, such as `5`, `-2.5`, `0x1F`, `1e3` or `35MB`. */
export const numberPattern =
  /^(?:0x[0-9a-f]+|(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(?:[KMGTP]B)?(?![\p{L}\p{Nd}_])/iu

/** The value of a text that is a number as a whole, or undefined. */
export function parseNumber(text: string): number | undefined {
  const negative = /^[-+\u2013\u2014\u2015]/.test(text)
  const digits = negative ? text.slice(1) : text
  if (numberPattern.exec(digits)?.[0] !== digits) return undefined
  const unit = /[KMGTP]B$/i.exec(digits)?.[0] ?? ''
  const amount = Number(digits.slice(0, digits.length - unit.length))
  const value = amount * (units[unit.toUpperCase()] ?? 1)
  if (!Number.isFinite(value)) return undefined
  return negative && !text.startsWith('+') ? -value : value
}
