import { isMailbox } from '../../smtp/address.ts'
import type { MembersAnswer } from '../directory.ts'
import type { LdapSettings } from '../directory-schema.ts'
import { type LdapConnection, type LdapEntry, LdapFailure, resultCodes } from './ldap-connection.ts'
import { recipientAttributes, recipientOf, valuesOf } from './ldap-recipient.ts'

/** More members than this are not looked up for one message. */
const mostMembers = 50_000
/** Members that are looked up at a time. */
const atATime = 16

/**
 * The members of the group with this entry, by their addresses. Active Directory gives long lists in parts
 * (`member;range=0-1499`). Rejects with an LdapFailure.
 */
export async function membersOf(
  connection: LdapConnection,
  group: string,
  settings: LdapSettings,
): Promise<MembersAnswer> {
  const names = await memberNames(connection, group, settings.MemberAttribute)
  const addresses: string[] = []
  const unknown: string[] = []
  for (let at = 0; at < names.length; at += atATime) {
    const some = names.slice(at, at + atATime)
    const found = await Promise.all(some.map((name) => addressOf(connection, name, settings)))
    for (const [index, address] of found.entries()) {
      if (address !== undefined) addresses.push(address)
      else unknown.push(some[index] ?? '')
    }
  }
  return { kind: 'found', addresses, unknown }
}

async function memberNames(
  connection: LdapConnection,
  group: string,
  attribute: string,
): Promise<readonly string[]> {
  const names: string[] = []
  let part: string | undefined = attribute
  while (part !== undefined) {
    const entry = await entryNamed(connection, group, [part])
    const range = entry && rangeOf(entry, attribute)
    names.push(...(range?.values ?? (entry === undefined ? [] : valuesOf(entry, attribute))))
    if (names.length > mostMembers)
      throw new LdapFailure(`${group} has more than ${mostMembers} members`, false)
    part = range?.next
  }
  return names
}

/** The part of a list that came, and the name of the next one. */
function rangeOf({ attributes }: LdapEntry, attribute: string) {
  const begin = `${attribute.toLowerCase()};range=`
  for (const [name, values] of attributes) {
    if (!name.startsWith(begin) || values.length === 0) continue
    const [, end = '*'] = name.slice(begin.length).split('-')
    return { values, next: end === '*' ? undefined : `${attribute};range=${Number(end) + 1}-*` }
  }
  return undefined
}

/** A member is an entry's name, or an address as some schemas have it. */
async function addressOf(
  connection: LdapConnection,
  member: string,
  settings: LdapSettings,
): Promise<string | undefined> {
  if (!member.includes('=') && isMailbox(member)) return member
  const entry = await entryNamed(connection, member, recipientAttributes(settings))
  return entry && recipientOf(entry, settings)?.primaryAddress
}

async function entryNamed(
  connection: LdapConnection,
  dn: string,
  attributes: readonly string[],
): Promise<LdapEntry | undefined> {
  try {
    const [entry] = await connection.search({
      ...{ base: dn, scope: 'base', filter: '(objectClass=*)' },
      attributes,
    })
    return entry
  } catch (error) {
    if (error instanceof LdapFailure && error.code === resultCodes.noSuchObject) return undefined
    throw error
  }
}
