import { z } from 'zod'
import type { ItemNotation } from '../base/setting-fields.ts'

/** Destinations a Send connector serves, Exchange's `Type:Space;Cost`. */
export interface AddressSpace {
  /** `SMTP`, the only type routed so far. */
  readonly type: 'SMTP'
  /** `*`, `contoso.com`, `*.contoso.com` or `--` (all accepted domains of the organisation); lower case. */
  readonly space: string
  /** 1 to 100, lower is preferred. */
  readonly cost: number
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const spaceShape = new RegExp(`^(?:\\*|--|(?:\\*\\.)?${label}(?:\\.${label})*)$`)

/** Reads `SMTP:contoso.com;1`, `contoso.com;1`, `*.contoso.com`, `*`, `--`; undefined for anything else. */
export function parseAddressSpace(text: string): AddressSpace | undefined {
  const match = /^(?:SMTP:)?([^;:]+)(?:;(\d{1,3}))?$/i.exec(text.trim())
  if (match === null) return undefined
  const space = (match[1] ?? '').trim().toLowerCase()
  const cost = Number(match[2] ?? '1')
  if (!spaceShape.test(space) || cost < 1 || cost > 100) return undefined
  return { type: 'SMTP', space, cost }
}

/** Exchange's display form: `SMTP:contoso.com;1`. */
export function formatAddressSpace({ type, space, cost }: AddressSpace): string {
  return `${type}:${space};${cost}`
}

/** A settings field holding one address space. */
export const addressSpace = () =>
  z
    .string({ error: 'must be an address space such as contoso.com, *.contoso.com or *' })
    .transform((value, context): AddressSpace => {
      const result = parseAddressSpace(value)
      if (result !== undefined) return result
      context.issues.push({ code: 'custom', input: value, message: problemOf(value) })
      return z.NEVER
    })

/** Exchange has other types, which are the mail of gateways. */
function problemOf(value: string): string {
  const type = /^\s*([a-z][\w-]*):/i.exec(value)?.[1]
  if (type !== undefined && !/^smtp$/i.test(type))
    return `must be of the type SMTP, the only way that mail goes here; ${type.toUpperCase()} is not available, as in "${value}"`
  return `must be an address space such as contoso.com, *.contoso.com, * or --, with a cost from 1 to 100 after ";", not "${value}"`
}

/** Address spaces as cmdlets take them. */
export const addressSpaceNotation: ItemNotation = {
  type: 'AddressSpace',
  canonical: (text) => {
    const parsed = parseAddressSpace(text)
    return parsed && formatAddressSpace(parsed)
  },
}
