import { HeaderBlock } from './header-block.ts'
import { encodeHeaderText } from './header-text.ts'

/** One field of a block. */
interface FieldPlace {
  readonly name: string
  /** Which of the fields of this name, from the top, beginning with 0. */
  readonly index: number
}

/** The header with one more field, above or below all others. The value is any text; it is encoded and folded. */
export function withField(
  header: HeaderBlock,
  field: { readonly name: string; readonly value: string },
  at: 'top' | 'bottom',
): HeaderBlock {
  const line = fieldLine(field.name, field.value)
  const parts = at === 'top' ? [line, header.bytes] : [header.bytes, line]
  return new HeaderBlock(Buffer.concat(parts))
}

/** The first field of this name with another value and without its namesakes; a new one below when there is none. */
export function withValue(header: HeaderBlock, name: string, value: string): HeaderBlock {
  const known = name.toLowerCase()
  const first = header.fields.find((field) => field.name === known)
  if (first === undefined) return withField(header, { name, value }, 'bottom')
  const above = header.bytes.subarray(0, first.start)
  const below = new HeaderBlock(header.bytes.subarray(first.end)).without(
    (field) => field.name === known,
  )
  return new HeaderBlock(Buffer.concat([above, fieldLine(name, value), below.bytes]))
}

/** The header with other octets for the value of one field, which are not encoded; undefined when it has no such field. */
export function withOctets(
  header: HeaderBlock,
  { name, index }: FieldPlace,
  octets: Uint8Array,
): HeaderBlock | undefined {
  const known = name.toLowerCase()
  const field = header.fields.filter((one) => one.name === known)[index]
  if (field === undefined) return undefined
  const above = header.bytes.subarray(0, field.valueStart)
  const below = header.bytes.subarray(field.end)
  return new HeaderBlock(Buffer.concat([above, octets, lineEnd, below]))
}

/** The header without the fields of this name. */
export function withoutField(header: HeaderBlock, name: string): HeaderBlock {
  const known = name.toLowerCase()
  return header.without((field) => field.name === known)
}

const lineEnd = Buffer.from('\r\n')

function fieldLine(name: string, value: string): Buffer {
  return Buffer.from(`${name}: ${encodeHeaderText(value)}\r\n`, 'latin1')
}
