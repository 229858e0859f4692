import { type RecipientType, recipientTypes } from './directory.ts'
import { readCsv } from './csv.ts'
import type { RecipientEntry } from './recipient-entry.ts'

/** What is wrong with a file of recipients. */
export interface FileProblem {
  /** Counted from 1. Undefined: it concerns the whole. */
  readonly line?: number | undefined
  /** Counted from 1, of a JSON file. */
  readonly item?: number | undefined
  readonly message: string
}

/** An entry and its place. */
export interface PlacedEntry extends Omit<FileProblem, 'message'> {
  readonly entry: RecipientEntry
}

export interface ParsedFile {
  readonly entries: readonly PlacedEntry[]
  readonly problems: readonly FileProblem[]
}

const columns = [
  'RecipientType',
  'Name',
  'EmailAddresses',
  'ExternalEmailAddress',
  'Members',
] as const
type Column = (typeof columns)[number]

/** Reads the text of a file of recipients: JSON where its name says so, else CSV. */
export function parseRecipientFile(text: string, isJson: boolean): ParsedFile {
  return isJson ? parseJson(text) : parseCsv(text)
}

/** The first record names the columns; items of lists are divided by semicolons. */
function parseCsv(text: string): ParsedFile {
  const entries: PlacedEntry[] = []
  const problems: FileProblem[] = []
  let header: readonly (Column | undefined)[] | undefined
  for (const record of readCsv(text)) {
    const { line } = record
    if ('message' in record) {
      problems.push(record)
    } else if (header === undefined) {
      header = record.fields.map(columnNamed)
      problems.push(...headerProblems(record.fields, header).map((message) => ({ line, message })))
      if (problems.length > 0) break
    } else if (record.fields.length > header.length) {
      problems.push({
        line,
        message: `has more fields than the ${header.length} of the first line`,
      })
    } else {
      const given = valuesOf(header, record.fields)
      place(given, { line }, { entries, problems })
    }
  }
  return { entries, problems }
}

/** A list of objects, or an object with a list `Recipients`. */
function parseJson(text: string): ParsedFile {
  const entries: PlacedEntry[] = []
  const problems: FileProblem[] = []
  const items = itemsOf(text)
  if (typeof items === 'string') return { entries, problems: [{ message: items }] }
  for (const [index, item] of items.entries()) {
    const at = { item: index + 1 }
    if (!isObject(item)) {
      problems.push({ ...at, message: 'is no object' })
      continue
    }
    const given: Partial<Record<Column, string | readonly string[]>> = {}
    for (const [name, value] of Object.entries(item)) {
      const column = columnNamed(name)
      const read = textOrList(value)
      if (column === undefined) problems.push({ ...at, message: noSuchColumn(name) })
      else if (read === undefined)
        problems.push({ ...at, message: `${column} must be text or a list of texts` })
      else given[column] = read
    }
    place(given, at, { entries, problems })
  }
  return { entries, problems }
}

function place(
  given: Partial<Record<Column, string | readonly string[]>>,
  at: Omit<FileProblem, 'message'>,
  { entries, problems }: { readonly entries: PlacedEntry[]; readonly problems: FileProblem[] },
): void {
  const kind = oneText(given.RecipientType)
  const type = typeNamed(kind)
  if (type === undefined) {
    const message = `RecipientType must be one of ${recipientTypes.join(', ')}, not "${kind}"`
    problems.push({ ...at, message })
    return
  }
  const target = oneText(given.ExternalEmailAddress)
  entries.push({
    ...at,
    entry: {
      Name: oneText(given.Name),
      RecipientType: type,
      EmailAddresses: listOf(given.EmailAddresses),
      ...(target !== '' && { ExternalEmailAddress: target }),
      Members: listOf(given.Members),
    },
  })
}

function valuesOf(header: readonly (Column | undefined)[], fields: readonly string[]) {
  const values: Partial<Record<Column, string>> = {}
  for (const [index, column] of header.entries())
    if (column !== undefined) values[column] = fields[index] ?? ''
  return values
}

function headerProblems(
  names: readonly string[],
  found: readonly (Column | undefined)[],
): readonly string[] {
  const unknown = names.filter((_, index) => found[index] === undefined).map(noSuchColumn)
  const twice = columns
    .filter((column) => found.filter((each) => each === column).length > 1)
    .map((column) => `the column ${column} is there more than once`)
  const missing = (['RecipientType', 'Name', 'EmailAddresses'] as const)
    .filter((column) => !found.includes(column))
    .map((column) => `the first line must name the column ${column}`)
  return [...unknown, ...twice, ...missing]
}

function noSuchColumn(name: string): string {
  return `there is nothing named "${name}"; known are ${columns.join(', ')}`
}

function columnNamed(name: string): Column | undefined {
  return columns.find((column) => column.toLowerCase() === name.trim().toLowerCase())
}

function typeNamed(name: string): RecipientType | undefined {
  return recipientTypes.find((type) => type.toLowerCase() === name.trim().toLowerCase())
}

function itemsOf(text: string): readonly unknown[] | string {
  try {
    const whole: unknown = JSON.parse(text)
    const list = isObject(whole) ? whole['Recipients'] : whole
    return Array.isArray(list) ? list : 'must hold a list of recipients'
  } catch (error) {
    return `is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOrList(value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (!Array.isArray(value)) return undefined
  const texts = value.filter((item) => typeof item === 'string')
  return texts.length === value.length ? texts : undefined
}

function oneText(value: string | readonly string[] = ''): string {
  return typeof value === 'string' ? value : value.join(';')
}

function listOf(value: string | readonly string[] = ''): readonly string[] {
  const items = typeof value === 'string' ? value.split(';') : value
  return items.map((item) => item.trim()).filter((item) => item !== '')
}
