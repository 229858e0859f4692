import type { z } from 'zod'
import { type Bytes } from '../../../base/byte-size.ts'
import {
  type ItemNotation,
  type Notation,
  idleNamesIn,
  notationOf,
} from '../../../base/setting-fields.ts'
import { formatTimeSpan } from '../../../base/time-span.ts'
import { isIdleValue } from '../../../config/idle-settings.ts'
import type { SettingText } from '../../../config/setting-text.ts'
import { unavailableNames, unavailableReason } from '../../../config/unavailable-settings.ts'
import { type Parameter, type ParameterTable, parameter, refused } from '../../shell/cmdlet.ts'
import { type ListChange, changed, listChange } from '../../shell/list-change.ts'
import { type Argument, type Conversion, type ParameterType } from '../../shell/parameter-type.ts'
import * as types from '../../shell/parameter-types.ts'
import { listOf, type ShellObject } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { quoted } from './quoted.ts'

/** Settings under names of somebody else's. */
export type OwnSettings = Readonly<Record<string, string | readonly string[]>>

/** What a command does to one setting: writes a value, takes it out (`$null`), or changes a list. */
export class SettingChange {
  readonly #change: (current: readonly string[]) => SettingText | undefined
  readonly #text: string

  private constructor(
    change: (current: readonly string[]) => SettingText | undefined,
    text: string,
  ) {
    this.#change = change
    this.#text = text
  }

  static to(value: string | readonly string[]): SettingChange {
    return new SettingChange(() => value, quotedList(value))
  }

  /** Settings of somebody else's, in place of those that were there. */
  static toSettings(settings: OwnSettings): SettingChange {
    const entries = Object.entries(settings).map(([name, value]) => `${name}=${quotedList(value)}`)
    return new SettingChange(() => settings, `@{${entries.join(';')}}`)
  }

  /** The setting gets its default. */
  static readonly clear = new SettingChange(() => undefined, '$null')

  static ofList(change: ListChange<string>, { canonical }: ItemNotation): SettingChange {
    const keyOf = (text: string) => (canonical(text) ?? text).toLowerCase()
    return new SettingChange((current) => changed(current, change, keyOf), textOfChange(change))
  }

  /** As it could have been written in a command. */
  toString(): string {
    return this.#text
  }

  /** What is to be written, with the values that a list has now; undefined takes the setting out. */
  written(current: readonly string[]): SettingText | undefined {
    return this.#change(current)
  }
}

function textOfChange(change: ListChange<string>): string {
  if (change.kind === 'replace')
    return change.values.length === 0 ? '$null' : quotedList(change.values)
  const parts = Object.entries({ Add: change.add, Remove: change.remove })
  const given = parts.filter(([, values]) => values.length > 0)
  return `@{${given.map(([name, values]) => `${name}=${quotedList(values)}`).join(';')}}`
}

const quotedList = (value: string | readonly string[]) =>
  (typeof value === 'string' ? [value] : value).map(quoted).join(',')

/** A parameter for each setting of a schema, checked as the file is; unavailable ones are refused. */
export function settingParameters(
  section: string,
  schema: z.ZodObject,
  help: Readonly<Record<string, string>>,
): Readonly<Record<string, Parameter<SettingChange>>> {
  const parameters: Record<string, Parameter<SettingChange>> = {}
  for (const [name, field] of Object.entries(schema.shape)) {
    const notation = notationOf(field as z.ZodType)
    if (notation === undefined) continue
    const text = help[name] ?? `The setting ${name}, as in the configuration file.`
    parameters[name] = settingParameter(field as z.ZodType, notation, text)
  }
  for (const name of unavailableNames(section)) {
    parameters[name] ??= refused(`${unavailableReason(section, name)}.`, (given) =>
      isIdleValue(section, name, given),
    )
  }
  return parameters
}

/** The changes among the arguments of a command, with the values that `object` shows now. */
export function givenChanges(
  given: object,
  object: ShellObject | undefined,
): Record<string, SettingText | undefined> {
  const changes: Record<string, SettingText | undefined> = {}
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!(value instanceof SettingChange)) continue
    changes[name] = value.written(listOf(object?.get(name)).map(textOf))
  }
  return changes
}

/** The changes that write a value; what is new has its defaults anyway. */
export function definite<T>(changes: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(changes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  )
}

function settingParameter(
  field: z.ZodType,
  notation: Notation,
  help: string,
): Parameter<SettingChange> {
  if (notation.kind === 'unavailable') {
    const only = notation.inactive === '' ? '$null' : shown(notation.inactive)
    return parameter(inactiveOnly(field, only), {
      help: `Not available in this relay: only ${only} is accepted.`,
    })
  }
  const remark = (given: string) => idleNamesIn(field, given)
  return parameter(checkedBy(field, typeOf(notation, field)), { help, remark })
}

/** A setting that the relay lacks may be "set" to what it is, so that published scripts run. */
function inactiveOnly(field: z.ZodType, only: string): ParameterType<SettingChange> {
  return {
    ...types.anyValue,
    convert: ({ value }) => {
      const written = value === null ? '' : textOf(value)
      if (field.safeParse(written).success) return { value: SettingChange.clear }
      return { problem: `The relay does not have this yet; only ${only} is accepted.` }
    },
  }
}

/** The argument as the file would have it must be right by the schema's own field. */
function checkedBy(
  field: z.ZodType,
  type: ParameterType<SettingChange>,
): ParameterType<SettingChange> {
  return {
    ...type,
    convert: (argument) => {
      const conversion = type.convert(argument)
      if ('problem' in conversion) return conversion
      const parsed = field.safeParse(conversion.value.written([]))
      if (parsed.success || conversion.value === SettingChange.clear) return conversion
      return { problem: sentence(`the value ${parsed.error.issues[0]?.message ?? 'does not fit'}`) }
    },
  }
}

function typeOf(
  notation: Exclude<Notation, { kind: 'unavailable' }>,
  field: z.ZodType,
): ParameterType<SettingChange> {
  const orNull = (type: ParameterType<SettingChange>) =>
    field.safeParse(undefined).success ? nullable(type) : type
  switch (notation.kind) {
    case 'text':
      return nullable(mapped(types.text, (value) => value))
    case 'flag':
      return mapped(types.flag, String)
    case 'timeSpan':
      return mapped(types.timeSpan(0, Number.MAX_SAFE_INTEGER), formatTimeSpan)
    case 'count':
      return mapped(orUnlimited(types.wholeNumber(0), notation.unlimited), writtenCount)
    case 'byteSize':
      return mapped(
        orUnlimited(types.byteSize(0, Number.MAX_SAFE_INTEGER), notation.unlimited),
        writtenSize,
      )
    case 'oneOf':
      return orNull(mapped(types.oneOf(asNames(notation.names)), (value) => value))
    case 'flags':
      return orNull(
        mapped(
          types.flags(asNames(notation.names), { idle: notation.idle?.names ?? [] }),
          (value) => value,
        ),
      )
    case 'list': {
      const { item } = notation
      const type = listChange(itemType(item, field))
      return mappedTo(type, (change) => SettingChange.ofList(change, item))
    }
  }
}

const orUnlimited = (type: ParameterType<number>, unlimited: boolean) =>
  unlimited ? types.unlimited(type) : type

/** One value of a list, in its usual spelling. What is wrong with it the list's own field tells. */
function itemType({ type, canonical }: ItemNotation, field: z.ZodType): ParameterType<string> {
  return {
    name: type,
    convert: (argument) => {
      const given = types.text.convert(argument)
      if ('problem' in given) return given
      const value = canonical(given.value)
      if (value !== undefined && value !== '') return { value }
      const told = field.safeParse([given.value]).error?.issues[0]?.message
      const why = told === undefined ? '' : ` ${sentence(`it ${told}`)}`
      return { problem: `The value "${given.value}" is not valid for the type ${type}.${why}` }
    },
  }
}

function mapped<T>(
  type: ParameterType<T>,
  write: (value: T) => string | readonly string[],
): ParameterType<SettingChange> {
  return mappedTo(type, (value) => SettingChange.to(write(value)))
}

function mappedTo<T>(
  type: ParameterType<T>,
  change: (value: T) => SettingChange,
): ParameterType<SettingChange> {
  const { convert, ...rest } = type
  return {
    ...rest,
    convert: (argument): Conversion<SettingChange> => {
      const conversion = convert(argument)
      return 'problem' in conversion ? conversion : { value: change(conversion.value) }
    },
  }
}

/** `$null` and the empty text take the setting out. */
function nullable(type: ParameterType<SettingChange>): ParameterType<SettingChange> {
  return {
    ...type,
    takesNull: true,
    convert: (argument: Argument) =>
      argument.value === null || argument.value === ''
        ? { value: SettingChange.clear }
        : type.convert(argument),
  }
}

const writtenCount = (count: number) => (count === Infinity ? 'unlimited' : String(count))

/** A size as people write it: in the largest unit that shows it exactly. */
export function writtenSize(size: Bytes): string {
  if (size === Infinity) return 'unlimited'
  const units = [
    ['GB', 1024 ** 3],
    ['MB', 1024 ** 2],
    ['KB', 1024],
  ] as const
  const fitting = units.find(([, bytes]) => size > 0 && size % bytes === 0)
  return fitting === undefined ? String(size) : `${size / fitting[1]}${fitting[0]}`
}

function asNames(names: readonly string[]): readonly [string, ...string[]] {
  const [first = '', ...others] = names
  return [first, ...others]
}

const shown = (inactive: string) => (inactive === 'false' ? '$false' : inactive)

const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`

/** Parameters that every command of Exchange's has and that mean nothing here. */
export const directoryParameters = {
  DomainController: refused('there is no Active Directory; the configuration is a file.'),
} satisfies ParameterTable
