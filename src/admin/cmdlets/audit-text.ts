import type { ParameterTable } from '../shell/cmdlet.ts'
import { Credential, SecureString } from '../values/value.ts'
import { quoted } from './quoted.ts'
import { SettingChange } from './setting-parameters.ts'

const secret = '********'

/** The arguments of a command as it could have been written, without secrets. */
export function auditText(given: object, parameters: ParameterTable): string {
  return Object.entries(given)
    .filter(([name]) => Object.hasOwn(parameters, name))
    .map(([name, value]: [string, unknown]) => `-${name} ${argument(value)}`)
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
