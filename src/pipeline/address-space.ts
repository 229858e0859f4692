import { z } from 'zod'
import type { ItemNotation } from '../base/setting-fields.ts'

/** Destinations that a connector serves, Exchange's `Type:Space;Cost`. */
export interface AddressSpace {
  /** `SMTP`, or the kind of another mail system's addresses: `FAX`; in capitals. */
  readonly type: string
  /**
   * Of SMTP `*`, `contoso.com`, `*.contoso.com` or `--` (all accepted domains of the organisation), in lower
   * case; of others a text in which `*` stands for anything.
   */
  readonly space: string
  /** 1 to 100, lower is preferred. */
  readonly cost: number
}

const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const spaceShape = new RegExp(`^(?:\\*|--|(?:\\*\\.)?${label}(?:\\.${label})*)$`)

/**
 * Reads `SMTP:contoso.com;1`, `contoso.com;1`, `*.contoso.com`, `*`, `--`, `FAX:*;1`, `X400:c=US;a=x;p=y;5`;
 * undefined for anything else.
 */
export function parseAddressSpace(text: string): AddressSpace | undefined {
  const type = typeOf(text)
  if (type !== undefined && type !== 'SMTP') return foreignSpace(type, text)
  const match = /^(?:SMTP:)?([^;:]+)(?:;(\d{1,3}))?$/i.exec(text.trim())
  if (match === null) return undefined
  const space = (match[1] ?? '').trim().toLowerCase()
  const cost = Number(match[2] ?? '1')
  if (!spaceShape.test(space) || !isCost(cost)) return undefined
  return { type: 'SMTP', space, cost }
}

/** What is left of the last semicolon is the space: where it has semicolons itself there must be a cost. */
function foreignSpace(type: string, text: string): AddressSpace | undefined {
  const rest = text.slice(text.indexOf(':') + 1).trim()
  const end = rest.lastIndexOf(';')
  const space = (end === -1 ? rest : rest.slice(0, end)).trim()
  const given = end === -1 ? '1' : rest.slice(end + 1).trim()
  const cost = /^\d{1,3}$/.test(given) ? Number(given) : 0
  if (!isCost(cost) || !/^[\x20-\x7e]{1,256}$/.test(space)) return undefined
  return { type, space, cost }
}

const isCost = (cost: number) => cost >= 1 && cost <= 100

/** What stands before the first colon, in capitals; undefined when nothing does that could be a type. */
function typeOf(text: string): string | undefined {
  return /^\s*([a-z][a-z0-9]{0,15}):/i.exec(text)?.[1]?.toUpperCase()
}

/** Exchange's display form: `SMTP:contoso.com;1`. */
export function formatAddressSpace({ type, space, cost }: AddressSpace): string {
  return `${type}:${space};${cost}`
}

/** A settings field holding one address space of a connector that speaks SMTP. */
export const addressSpace = () =>
  spaceField((value) => {
    const result = parseAddressSpace(value)
    return result?.type === 'SMTP' ? result : problemOf(value)
  })

/** A settings field holding one address space of any type. */
export const anyAddressSpace = () =>
  spaceField(
    (value) =>
      parseAddressSpace(value) ??
      `must be an address space such as contoso.com, *.contoso.com, * or FAX:*, with a cost from 1 to 100 after ";", not "${value}"`,
  )

/** `read` gives what is wrong as a text. */
function spaceField(read: (value: string) => AddressSpace | string) {
  return z
    .string({ error: 'must be an address space such as contoso.com, *.contoso.com or *' })
    .transform((value, context): AddressSpace => {
      const result = read(value)
      if (typeof result !== 'string') return result
      context.issues.push({ code: 'custom', input: value, message: result })
      return z.NEVER
    })
}

/** Exchange has other types, which are the mail of gateways. */
function problemOf(value: string): string {
  const type = typeOf(value)
  if (type !== undefined && type !== 'SMTP')
    return `must be of the type SMTP; a Foreign or a Delivery Agent connector takes mail for ${type}, as in "${value}"`
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
