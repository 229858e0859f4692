/** A format that is none; its message says so. */
export class BadFormat extends Error {
  override readonly name = 'BadFormat'
}

/** Most digits behind the point, as JavaScript allows them. */
const maximumDigits = 100

/**
 * A number by one of .NET's formats: `N2` (1,234.50), `F1`, `D4` (0007), `X`, `P0` (25 %), `E2`, or a
 * picture such as `0.00` or `#,##0.#`. Throws BadFormat for what is neither.
 */
export function formatNumber(value: number, format: string): string {
  if (!Number.isFinite(value)) return value === Infinity ? 'Unlimited' : String(value)
  const [, letter, digits = ''] = /^([A-Za-z])(\d{0,2})$/.exec(format) ?? []
  return letter === undefined ? pictured(value, format) : standard(value, letter, digits)
}

function standard(value: number, letter: string, digits: string): string {
  const places = digits === '' ? 2 : Number(digits)
  switch (letter.toUpperCase()) {
    case 'N':
      return grouped(fixed(value, places))
    case 'F':
      return fixed(value, places)
    case 'P':
      return `${grouped(fixed(value * 100, places))} %`
    case 'C':
      return `${value < 0 ? '-' : ''}$${grouped(fixed(Math.abs(value), places))}`
    case 'D':
      return whole(value, letter).replace(/\d+/, (found) => found.padStart(Number(digits), '0'))
    case 'X': {
      const hexadecimal = BigInt.asUintN(64, BigInt(whole(value, letter))).toString(16)
      const padded = hexadecimal.padStart(Number(digits), '0')
      return letter === 'X' ? padded.toUpperCase() : padded
    }
    case 'E':
      return exponential(value, digits === '' ? 6 : Number(digits), letter)
    case 'G':
      return Number(digits) > 0 ? String(Number(value.toPrecision(Number(digits)))) : String(value)
    default:
      throw new BadFormat('Format specifier was invalid.')
  }
}

/** Halves go away from zero, as in Windows PowerShell. */
function fixed(value: number, places: number): string {
  const text = Math.abs(value).toFixed(Math.min(places, maximumDigits))
  const shifted = Math.round(Number(`${Math.abs(value)}e${places}`))
  const exact = Number(`${shifted}e-${places}`)
  const rounded = Number.isSafeInteger(shifted) ? exact.toFixed(places) : text
  return value < 0 && Number(rounded) !== 0 ? `-${rounded}` : rounded
}

const grouped = (text: string) => {
  const [integer = '', fraction] = text.split('.')
  const withCommas = integer.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`
}

function whole(value: number, letter: string): string {
  if (Number.isSafeInteger(value)) return String(value)
  throw new BadFormat(`The format ${letter} is for whole numbers.`)
}

function exponential(value: number, places: number, letter: string): string {
  const [mantissa = '', exponent = '0'] = value
    .toExponential(Math.min(places, maximumDigits))
    .split('e')
  const sign = exponent.startsWith('-') ? '-' : '+'
  return `${mantissa}${letter}${sign}${exponent.replace(/^[+-]/, '').padStart(3, '0')}`
}

/** `0` is a digit that is always there, `#` one that is there when needed, `,` groups thousands. */
function pictured(value: number, format: string): string {
  const [, before = '', picture = '', percent, behind = ''] =
    /^([^0#.,%]*)([0#,]*\.?[0#]*)(%?)([^0#.,%]*)$/.exec(format) ?? []
  if (!/[0#]/.test(picture)) throw new BadFormat(`The format "${format}" is not known.`)
  const [integers = '', decimals = ''] = picture.split('.')
  const amount = percent === '%' ? value * 100 : value
  const least = decimals.lastIndexOf('0') + 1
  const [integer = '', fraction = ''] = fixed(Math.abs(amount), decimals.length).split('.')
  const needed = integers.replaceAll(/[#,]/g, '').length
  const digits = (integer === '0' && needed === 0 ? '' : integer).padStart(needed, '0')
  const kept = fraction.slice(0, least) + fraction.slice(least).replace(/0+$/, '')
  const text = `${integers.includes(',') ? grouped(digits) : digits}${kept === '' ? '' : `.${kept}`}`
  const sign = amount < 0 && /[1-9]/.test(text) ? '-' : ''
  return `${sign}${before}${text}${percent ?? ''}${behind}`
}
