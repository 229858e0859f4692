import type { ParameterTable } from '../../shell/cmdlet.ts'
import { Credential, SecureString } from '../../values/value.ts'
import { quoted } from './quoted.ts'
import { SettingChange } from './setting-parameters.ts'

const secret = '********'

/** The arguments of a command as it could have been written, without secrets. */
export function auditText(given: object, parameters: ParameterTable): string {
  const values = new Map<string, unknown>(Object.entries(given))
  return Object.keys(parameters)
    .filter((name) => values.has(name))
    .map((name) => `-${name} ${argument(values.get(name))}`)
    .join(' ')
}

function argument(value: unknown): string {
  if (value instanceof SecureString) return secret
  if (value instanceof Credential) return `(${quoted(value.userName)}, ${secret})`
  if (value instanceof Uint8Array) return `(${value.length} bytes)`
  if (value instanceof SettingChange) return value.toString()
  if (typeof value === 'boolean') return value ? '$true' : '$false'
  if (Array.isArray(value)) return value.map(argument).join(',')
  return typeof value === 'string' || typeof value === 'number' ? quoted(String(value)) : '...'
}

/** One argument of a command, as the audit log has it. */
export interface AuditArgument {
  readonly name: string
  readonly value: string
}

// What ends it is followed by no quote: so each text has one reading only, and takes little time.
const inQuotes = '"(?:[^"]|"")*"(?!")'
const inParentheses = `\\((?:${inQuotes}|[^")])*\\)`
const argumentPattern = new RegExp(
  `-(\\w+) ((?:${inQuotes}|${inParentheses}|[^\\s"(])*)(?= -|$)`,
  'g',
)

/** The arguments of a text that `auditText` made, without the quotes around a single value. */
export function auditArguments(text: string): readonly AuditArgument[] {
  return [...text.matchAll(argumentPattern)].map(([, name = '', value = '']) => ({
    name,
    value: new RegExp(`^${inQuotes}$`).test(value)
      ? value.slice(1, -1).replaceAll('""', '"')
      : value,
  }))
}
