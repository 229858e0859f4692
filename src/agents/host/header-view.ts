import { type HeaderField, HeaderBlock } from '../../message/header-block.ts'
import { decodeHeaderText } from '../../message/header-text.ts'
import type { AgentAction } from '../agent-action.ts'
import type { Header } from './module-contract.ts'

/** A field as an agent sees it: decoded when it is asked for, or given by the agent itself. */
interface SeenField {
  /** As it is written. */
  readonly name: string
  readonly key: string
  readonly value: () => string
}

/** The header as an agent reads it and changes it; each change is told to `act` and seen at once. */
export class HeaderView implements Header {
  readonly raw: Uint8Array
  readonly #act: (action: AgentAction) => void
  #seen: SeenField[] | undefined

  constructor(raw: Uint8Array, act: (action: AgentAction) => void) {
    this.raw = raw
    this.#act = act
  }

  get(name: string): string | undefined {
    const key = name.toLowerCase()
    return this.#fields.find((field) => field.key === key)?.value()
  }

  getAll(name: string): readonly string[] {
    const key = name.toLowerCase()
    return this.#fields.filter((field) => field.key === key).map(({ value }) => value())
  }

  has(name: string): boolean {
    const key = name.toLowerCase()
    return this.#fields.some((field) => field.key === key)
  }

  entries(): readonly (readonly [name: string, value: string])[] {
    return this.#fields.map(({ name, value }) => [name, value()])
  }

  set(name: string, value: string): void {
    this.#act({ kind: 'set-field', name, value })
    const given = givenField(name, value)
    const at = this.#fields.findIndex(({ key }) => key === given.key)
    if (at === -1) this.#fields.push(given)
    else
      this.#seen = this.#fields
        .with(at, given)
        .filter((field, index) => index === at || field.key !== given.key)
  }

  add(name: string, value: string, at: 'top' | 'bottom' = 'bottom'): void {
    this.#act({ kind: 'add-field', name, value, at })
    if (at === 'top') this.#fields.unshift(givenField(name, value))
    else this.#fields.push(givenField(name, value))
  }

  remove(name: string): void {
    this.#act({ kind: 'remove-field', name })
    const key = name.toLowerCase()
    this.#seen = this.#fields.filter((field) => field.key !== key)
  }

  get #fields(): SeenField[] {
    return (this.#seen ??= seenFields(this.raw))
  }
}

function seenFields(raw: Uint8Array): SeenField[] {
  const block = new HeaderBlock(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))
  return block.fields.map((field) => ({
    name: writtenName(block.bytes, field),
    key: field.name,
    value: () => decodeHeaderText(block.valueOf(field)),
  }))
}

function writtenName(bytes: Buffer, { name, start }: HeaderField): string {
  return bytes.toString('latin1', start, start + name.length)
}

const givenField = (name: string, value: string): SeenField => ({
  name,
  key: name.toLowerCase(),
  value: () => value,
})
