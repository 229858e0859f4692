import * as yaml from 'yaml'
import { z } from 'zod'
import type { Problem } from '../base/problem.ts'
import { idleNamesIn, notationOf } from '../base/setting-fields.ts'
import { pairOf } from './config-nodes.ts'
import { bookkeepingNames, isIdleValue, isOn } from './idle-settings.ts'
import { matchingName, nearestName } from './setting-names.ts'
import { unavailableMessage, unavailableNames, unavailableReason } from './unavailable-settings.ts'

/** A place in a file, from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A problem of the file's form, with the exact place. */
export interface FormProblem extends Problem {
  readonly position: Position
}

/** A YAML file as plain values: keys in Exchange's spelling, every scalar as the text typed. */
export interface YamlSource {
  readonly value: Readonly<Record<string, unknown>>
  readonly problems: readonly FormProblem[]
  /** What stands in the file, has no effect and is no fault. */
  readonly remarks: readonly Problem[]
  /** False when it is no YAML: then `value` is empty and the problems are those of the syntax. */
  readonly wellFormed: boolean
  /** The sections that hold something, be it an empty list, in Exchange's spelling. */
  readonly sections: readonly string[]
  /** The place of the value at `path`, or of the nearest thing around it. */
  position(path: Problem['path']): Position
  /** Whether a form problem already speaks of `path` or of something around it. */
  isBroken(path: Problem['path']): boolean
}

/**
 * Reads the file against the names of the schema. Scalars stay text (`007`, `00:10:00`, a password
 * of digits), since the fields know how to read them.
 */
export function readYaml(source: string, schema: z.ZodObject): YamlSource {
  return new SourceReader(source).read(schema)
}

/** Deeper nesting than any setting has; ends aliases that contain themselves. */
const maximumDepth = 8

class SourceReader {
  readonly #lines = new yaml.LineCounter()
  readonly #document: yaml.Document
  readonly #offsets = new Map<string, number>()
  readonly #broken = new Set<string>()
  readonly #empty = new Set<string>()
  readonly #problems: FormProblem[] = []
  readonly #remarks: Problem[] = []

  constructor(source: string) {
    this.#document = yaml.parseDocument(source, {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: this.#lines,
      logLevel: 'silent',
    })
  }

  read(schema: z.ZodObject): YamlSource {
    for (const error of [...this.#document.errors, ...this.#document.warnings]) {
      const opening = openingOf(this.#document, error)
      if (opening === undefined) this.#problem([], error.pos[0], syntaxMessage(error))
      else this.#problem([], opening.offset, unclosedMessage(opening.mark))
    }
    const wellFormed = this.#problems.length === 0
    const value = wellFormed ? this.#settings(this.#document.contents, schema, []) : undefined
    return {
      value: value ?? {},
      problems: this.#problems,
      remarks: this.#remarks,
      wellFormed,
      sections: Object.keys(value ?? {}).filter((name) => !this.#empty.has(key([name]))),
      position: (path) => this.#position(path),
      isBroken: (path) => path.some((_, end) => this.#broken.has(key(path.slice(0, end + 1)))),
    }
  }

  #node(node: unknown, schema: z.ZodType, path: Problem['path']): unknown {
    const target = this.#resolved(node, path)
    const shape = structure(schema)
    if (shape instanceof z.ZodObject) return this.#settings(target, shape, path)
    if (shape instanceof z.ZodArray) return this.#entries(target, shape, path)
    if (shape instanceof z.ZodRecord) return this.#ownSettings(target, path)
    return this.#plain(target, path)
  }

  #settings(node: unknown, schema: z.ZodObject, path: Problem['path']) {
    this.#place(path, node)
    if (this.#isEmptyAt(path, node)) return {}
    if (!yaml.isMap(node)) {
      this.#breaks(path, node, settingsWanted(node, schema, path))
      return undefined
    }
    const result: Record<string, unknown> = {}
    for (const pair of node.items) {
      const name = this.#name(pair, schema, path)
      if (name === undefined) continue
      if (name in result) {
        this.#breaks([...path, name], pair.key, 'is given twice; keep one of the two')
        continue
      }
      this.#place([...path, name], pair.key)
      const value = schema.shape[name] as z.ZodType
      result[name] = this.#node(pair.value, value, [...path, name])
      const isLacking = notationOf(value)?.kind === 'unavailable'
      if (isLacking && isOn(textOf(result[name])))
        this.#remarkOn([...path, name], 'the relay does not have it yet')
      const idle = idleNamesIn(value, textOf(result[name]))
      if (idle !== undefined) this.#remarks.push({ path: [...path, name], message: idle })
    }
    return result
  }

  #entries(node: unknown, schema: z.ZodArray, path: Problem['path']): unknown {
    this.#place(path, node)
    if (this.#isEmptyAt(path, node)) return undefined
    if (yaml.isSeq(node)) {
      const element = schema.element as z.ZodType
      return node.items.map((item, index) => this.#node(item, element, [...path, index]))
    }
    this.#breaks(path, node, 'must be a list; begin each entry with "- "')
    return undefined
  }

  /** Settings whose names nobody here knows. */
  #ownSettings(node: unknown, path: Problem['path']) {
    this.#place(path, node)
    if (this.#isEmptyAt(path, node)) return {}
    if (!yaml.isMap(node)) {
      this.#breaks(path, node, 'must be settings: a name and a value each')
      return undefined
    }
    const values = new Map<string, unknown>()
    for (const { key: keyNode, value } of node.items) {
      const name = yaml.isScalar(keyNode) ? String(keyNode.value) : String(keyNode)
      const place = [...path, name]
      if (values.has(name)) this.#breaks(place, keyNode, 'is given twice; keep one of the two')
      this.#place(place, keyNode)
      values.set(name, this.#plain(this.#resolved(value, place), place))
    }
    return Object.fromEntries(values)
  }

  #isEmptyAt(path: Problem['path'], node: unknown): boolean {
    const empty = isEmpty(node)
    if (empty) this.#empty.add(key(path))
    return empty
  }

  #plain(node: unknown, path: Problem['path']): unknown {
    this.#place(path, node)
    if (path.length > maximumDepth) return undefined
    if (yaml.isSeq(node))
      return node.items.map((item, index) =>
        this.#plain(this.#resolved(item, [...path, index]), [...path, index]),
      )
    if (yaml.isMap(node)) return bracedList(node) ?? {}
    return yaml.isScalar(node) && !isEmpty(node) ? node.value : ''
  }

  /** The setting that a key means, or undefined after a problem has been noted. */
  #name(pair: yaml.Pair, schema: z.ZodObject, path: Problem['path']): string | undefined {
    const keyNode = pair.key
    const given = yaml.isScalar(keyNode) ? String(keyNode.value) : String(keyNode)
    const names = Object.keys(schema.shape)
    const name = matchingName(given, names)
    if (name !== undefined) return name
    const section = typeof path[0] === 'string' ? path[0] : ''
    const foreign = path.length > 2 ? [] : unavailableNames(section)
    const unavailable = matchingName(given, foreign)
    if (unavailable !== undefined) {
      this.#place([...path, unavailable], keyNode)
      this.#unavailable(section, [...path, unavailable], pair.value)
      return undefined
    }
    if (path.length <= 2 && matchingName(given, bookkeepingNames(section)) !== undefined)
      return undefined
    const meant = nearestName(given, names)
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    this.#problem(path, offsetOf(keyNode), `unknown key ${given}${hint}`)
    if (meant !== undefined) this.#broken.add(key([...path, meant]))
    return undefined
  }

  /** A setting that the relay does not have may say what it says in Exchange by itself, or nothing. */
  #unavailable(section: string, path: Problem['path'], valueNode: unknown): void {
    const name = String(path.at(-1))
    const value = textOf(this.#plain(this.#resolved(valueNode, path), path))
    const isThisServer = name === 'Server' && value.toLowerCase() === this.#serverName()
    if (!isThisServer && !isIdleValue(section, name, value))
      this.#problem(path, undefined, unavailableMessage(section, name))
    else if (isOn(value)) this.#remarkOn(path, unavailableReason(section, name))
  }

  #remarkOn(path: Problem['path'], why: string): void {
    const message = `is on by default in Exchange and has no effect here (${why})`
    this.#remarks.push({ path, message })
  }

  /** Lower case; undefined when the file does not say. */
  #serverName(): string | undefined {
    const name = pairOf(pairOf(this.#document.contents, 'Server')?.value, 'Name')?.value
    return yaml.isScalar(name) ? String(name.value).trim().toLowerCase() : undefined
  }

  #resolved(node: unknown, path: Problem['path']): unknown {
    if (!yaml.isAlias(node)) return node
    const target = node.resolve(this.#document)
    if (target !== undefined) return target
    const shown = isSecret(path) ? '"*…"' : `"*${node.source}"`
    const message = `in YAML a value that begins with * must be quoted: ${shown}`
    this.#breaks(path, node, message)
    return undefined
  }

  #place(path: Problem['path'], node: unknown): void {
    const offset = offsetOf(node)
    if (offset !== undefined) this.#offsets.set(key(path), offset)
  }

  #breaks(path: Problem['path'], node: unknown, message: string): void {
    this.#broken.add(key(path))
    this.#problem(path, offsetOf(node), message)
  }

  #problem(path: Problem['path'], offset: number | undefined, message: string): void {
    const position = offset === undefined ? this.#position(path) : this.#lineAndColumn(offset)
    this.#problems.push({ path, message, position })
  }

  #position(path: Problem['path']): Position {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offsets.get(key(path.slice(0, length)))
      if (offset !== undefined) return this.#lineAndColumn(offset)
    }
    return { line: 1, column: 1 }
  }

  #lineAndColumn(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

/** The object, list or record that a schema stands for below its defaults; undefined for a single field. */
function structure(schema: z.ZodType): z.ZodObject | z.ZodArray | z.ZodRecord | undefined {
  if (schema instanceof z.ZodObject || schema instanceof z.ZodArray) return schema
  if (schema instanceof z.ZodRecord) return schema
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return structure(schema.unwrap() as z.ZodType)
  return undefined
}

/** Nothing after the colon, or YAML's and PowerShell's word for nothing. */
function isEmpty(node: unknown): boolean {
  if (!yaml.isScalar(node)) return node === null
  const text = typeof node.value === 'string' ? node.value : ''
  return text === '' || (node.type === 'PLAIN' && /^(~|\$?null)$/i.test(text))
}

/** A list as PowerShell shows it, `{Tls, BasicAuth}`; undefined for settings. */
function bracedList(node: yaml.YAMLMap): string[] | undefined {
  const words = node.items.map(({ key: word, value }) =>
    yaml.isScalar(word) && isEmpty(value) ? String(word.value) : undefined,
  )
  return words.every((word) => word !== undefined) ? words : undefined
}

/** A value as one text, a list with commas; settings of their own are something, whatever they say. */
function textOf(value: unknown): string {
  const words: readonly unknown[] = Array.isArray(value) ? value : [value]
  return words.map((word) => (typeof word === 'string' ? word : '{…}')).join(',')
}

function offsetOf(node: unknown): number | undefined {
  return yaml.isNode(node) ? node.range?.[0] : undefined
}

function key(path: Problem['path']): string {
  return JSON.stringify(path)
}

/** A bare word in a list of settings is meant as the one without which there is no entry. */
function settingsWanted(node: unknown, schema: z.ZodObject, path: Problem['path']): string {
  const wanted = 'must be settings, each "Name: value" on a line of its own'
  const [first] = Object.entries(schema.shape)
    .filter(([, field]) => !(field as z.ZodType).safeParse(undefined).success)
    .map(([name]) => name)
    .sort((a, b) => Number(b.endsWith('Name')) - Number(a.endsWith('Name')))
  if (path.length < 2 || first === undefined || !yaml.isScalar(node)) return wanted
  const word = String(node.value)
  return isSecret(path) || !isName.test(word) ? wanted : `${wanted}, such as "${first}: ${word}"`
}

/** Where a password stands or may: what is told is also logged, so such a value is never repeated. */
function isSecret(path: Problem['path']): boolean {
  return path.some((step) => /password|credential/i.test(String(step)))
}

/** No name and password in one, as some programs want them. */
const isName = /^[\w.*@\\ -]+$/

/** Where something began that has no end. */
interface Opening {
  readonly offset: number
  readonly mark: string
}

/** The quote or bracket that an error is the missing end of; the error itself stands far below it. */
function openingOf(document: yaml.Document, error: yaml.YAMLError): Opening | undefined {
  if (!/^Missing closing|end with a [\]}]/.test(error.message)) return undefined
  const [at] = error.pos
  let opening: Opening | undefined
  yaml.visit(document, {
    Node(_, node) {
      const mark = markOf(node)
      const [start = at, , end = at] = node.range ?? []
      if (mark !== undefined && start < at && at <= end) opening = { offset: start, mark }
    },
  })
  return opening
}

function markOf(node: yaml.Node): string | undefined {
  if (yaml.isScalar(node)) {
    if (node.type === 'QUOTE_DOUBLE') return '"'
    return node.type === 'QUOTE_SINGLE' ? "'" : undefined
  }
  if (!yaml.isCollection(node) || node.flow !== true) return undefined
  return yaml.isSeq(node) ? '[' : '{'
}

function unclosedMessage(mark: string): string {
  const end = { '[': ']', '{': '}' }[mark] ?? mark
  return `not valid YAML: the ${mark} that opens here is never closed; write ${end} at the end of the value`
}

const indented = 'is the line below indented more than this one, or a colon in a value not quoted?'

/** What an administrator most likely wrote, by the words that the parser has for it. */
const syntaxHints: readonly (readonly [words: string, hint: string])[] = [
  ['Unexpected scalar at node end', 'a value that begins with [ must be quoted, such as "[::]:25"'],
  ['Nested mappings are not allowed', indented],
  ['Implicit keys need to be on a single line', indented],
  ['All mapping items must start at the same column', 'indent it like the settings above it'],
  ['All sequence items must start at the same column', 'indent it like the entries above it'],
  ['A block sequence may not be used', 'indent it like the entries above it'],
  ['Tabs are not allowed', 'indent by blanks'],
]

function syntaxMessage(error: yaml.YAMLError): string {
  if (error.code === 'BAD_ALIAS') return 'in YAML a lone * must be quoted: "*"'
  if (error.code === 'MULTIPLE_DOCS') return 'a configuration is one YAML document; remove "---"'
  const [marked] = /^(?:Unresolved tag|Block scalar header)/.exec(error.message) ?? []
  if (marked !== undefined)
    return 'not valid YAML: a value that begins with !, | or > must be quoted, such as "!value"'
  const [, hint] = syntaxHints.find(([words]) => error.message.startsWith(words)) ?? []
  return `not valid YAML: ${error.message}${hint === undefined ? '' : `; ${hint}`}`
}
