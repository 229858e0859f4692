import { wrapped } from '../../admin/format/text-width.ts'
import { plainText } from '../../message/header-text.ts'

export interface LineStyle {
  /** Columns of the terminal. */
  readonly width: number
  readonly colour: boolean
}

/** pino's numbers for the levels that are named; the others need no word. */
const levels: Readonly<Record<number, { readonly name: string; readonly colour: string }>> = {
  20: { name: 'DEBUG', colour: '\x1b[34m' },
  40: { name: 'WARN', colour: '\x1b[33m' },
  50: { name: 'ERROR', colour: '\x1b[31m' },
}
const plain = '\x1b[0m'
const faint = '\x1b[2m'

/** Said before the message, or by place; the rest are details. */
const framed = new Set(['level', 'time', 'pid', 'service', 'worker', 'msg'])
const timeLength = 'HH:MM:SS '.length
/** Enough for a list of listeners or a reply; what is longer is cut. */
const longestDetail = 2000

/**
 * A JSON line of the program log as a person reads it at a terminal: the time of day, the service, the
 * message and its details in words, broken to the width below one another.
 */
export function readableLogLine(json: string, style: LineStyle): string {
  const entry = parsed(json)
  if (entry === undefined) return json
  const { level, time, service, worker, msg } = entry
  const shown = levels[Number(level)]
  const name = [service, worker]
    .filter((part) => part !== undefined)
    .map(textOf)
    .join(' ')
  const head = `${shown === undefined ? '' : `${shown.name} `}${name === '' ? '' : `${name}: `}`
  const details = detailsOf(entry)
  const text = `${head}${textOf(msg)}${details === '' ? '' : ` (${details})`}`
  const [first = '', ...rest] = wrapped(text, Math.max(20, style.width - timeLength))
  const lines = [
    `${timeOfDay(time)} ${first}`,
    ...rest.map((line) => ' '.repeat(timeLength) + line),
  ]
  const coloured = style.colour ? lines.map((line, at) => paint(line, at === 0, shown)) : lines
  return [...coloured, ...stackOf(entry)].map((line) => `${line}\n`).join('')
}

function parsed(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const entry: unknown = JSON.parse(json)
    return typeof entry === 'object' && entry !== null ? { ...entry } : undefined
  } catch {
    return undefined
  }
}

/** The details in words: `died Transport, restartInMs 250`. */
function detailsOf(entry: Readonly<Record<string, unknown>>): string {
  return Object.entries(entry)
    .filter(([name, value]) => !framed.has(name) && value !== undefined && !isStack(value))
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(', ')
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return plainText(value, longestDetail)
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, inner]) => `${name} ${textOf(inner)}`)
      .join(', ')
  return plainText(String(value), longestDetail)
}

/** A defect's stack keeps its lines. */
function isStack(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n    at ')
}

function stackOf(entry: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.values(entry)
    .filter(isStack)
    .flatMap((stack) => {
      const [what = '', ...frames] = stack.split('\n')
      return [
        `  ${plainText(what, longestDetail)}`,
        ...frames.map((frame) => `    ${plainText(frame, longestDetail)}`),
      ]
    })
}

function timeOfDay(time: unknown): string {
  const date = new Date(Number(time))
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

function paint(line: string, isFirst: boolean, level: (typeof levels)[number] | undefined): string {
  if (!isFirst) return line
  const time = line.slice(0, timeLength)
  const text = line.slice(timeLength)
  const painted = level === undefined ? text : `${level.colour}${text}${plain}`
  return `${faint}${time}${plain}${painted}`
}
