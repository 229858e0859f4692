import type { ParameterTable } from '../shell/cmdlet.ts'
import { Credential, SecureString } from '../values/value.ts'
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
