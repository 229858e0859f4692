import { randomUUID } from 'node:crypto'
import { plainText } from './header-text.ts'
import type { HeaderBlock } from './header-block.ts'

/** Makes unique names for messages and MIME boundaries. */
export type NewGuid = () => string

/** Version 4 GUIDs in lower case. */
export const randomGuid: NewGuid = () => randomUUID()

/** A new Message-ID with its angle brackets, as Exchange makes them. */
export function newMessageId(fqdn: string, guid: NewGuid): string {
  return `<${guid()}@${fqdn}>`
}

/** A longer Message-ID is cut for the queue, the logs and the reply; the header keeps all of it. */
const longestMessageId = 250

/** The Message-ID of a header as it is shown; undefined when it has none or an empty one. */
export function messageIdOf(header: HeaderBlock): string | undefined {
  const value = header.value('message-id')
  if (value === undefined || value === '') return undefined
  return plainText(value, longestMessageId)
}
