import * as yaml from 'yaml'
import { configFileSchema } from './config-file.ts'
import { changeMap, newMap, pairOf } from './config-nodes.ts'
import { entryText, mapText, withoutEntry, yamlStyle } from './config-text.ts'
import type { SettingChanges, Settings } from './setting-text.ts'
import { readYaml } from './yaml-source.ts'

/** The file has a form that a command cannot change without touching what was not asked for. */
export class UnchangeableFile extends Error {
  override readonly name = 'UnchangeableFile'
}

/**
 * A configuration file's text under change. What a change does not speak of stays as it is, letter by
 * letter: comments, order, quotes, blank lines. Each change is read back and must mean exactly what was
 * asked; where the file's form stands in the way of a small change the file is written anew as a whole,
 * with its comments.
 */
export class ConfigDocument {
  #text: string

  /** The text must be well-formed. */
  constructor(text: string) {
    this.#text = text
  }

  get text(): string {
    return this.#text
  }

  /** Whether the section stands in the file and holds something, be it an empty list. */
  has(section: string): boolean {
    return readYaml(this.#text, configFileSchema).value[section] !== undefined
  }

  /** How many entries of the section stand in the file. */
  entryCount(section: string): number {
    return listIn(plainFile(this.#text), section).length
  }

  /** Changes settings of the section's entry at `index`. */
  changeEntry(section: string, index: number, changes: SettingChanges): void {
    this.#change(
      (plain) => {
        const entries = listIn(plain, section)
        plain[section] = entries.with(index, { ...entries[index], ...changes })
      },
      [
        (text) => {
          const document = parse(text)
          const entry = entryNode(document, section, index)
          if (!yaml.isMap(entry)) return undefined
          changeMap(entry, changes)
          return mapText(text, entry)
        },
        (text) =>
          rewritten(text, (document) => {
            const entry = entryNode(document, section, index)
            if (yaml.isMap(entry)) changeMap(entry, changes)
          }),
      ],
    )
  }

  /** Adds an entry at the end of the section, which is made when it is missing. */
  addEntry(section: string, entry: Settings): void {
    this.#change(
      (plain) => {
        plain[section] = [...listIn(plain, section), entry]
      },
      [
        (text) => {
          const document = parse(text)
          const pair = pairOf(document.contents, section)
          if (pair === undefined) return appended(text, section, [newMap(entry)])
          if (!yaml.isSeq(pair.value) || pair.value.flow === true) return undefined
          return entryText(text, pair.value, newMap(entry))
        },
        (text) => rewritten(text, (document) => addTo(document, section, entry)),
      ],
    )
  }

  /** Takes the entry out, with the comment right above it. A section left without any is `[]`. */
  removeEntry(section: string, index: number): void {
    this.#change(
      (plain) => {
        plain[section] = listIn(plain, section).toSpliced(index, 1)
      },
      [
        (text) => {
          const seq = pairOf(parse(text).contents, section)?.value
          return yaml.isSeq(seq) && seq.flow !== true ? withoutEntry(text, seq, index) : undefined
        },
        (text) =>
          rewritten(text, (document) => {
            const pair = pairOf(document.contents, section)
            if (yaml.isSeq(pair?.value)) pair.value.items.splice(index, 1)
          }),
      ],
    )
  }

  /** Changes settings of a section that is one set of settings; it is made when it is missing. */
  changeSection(section: string, changes: SettingChanges): void {
    this.#change(
      (plain) => {
        plain[section] = { ...settingsIn(plain, section), ...changes }
      },
      [
        (text) => {
          const pair = pairOf(parse(text).contents, section)
          if (pair === undefined) return appended(text, section, newMap(changes))
          if (!yaml.isMap(pair.value)) return undefined
          changeMap(pair.value, changes)
          return mapText(text, pair.value)
        },
        (text) =>
          rewritten(text, (document) => {
            const pair = sectionPair(document, section)
            if (yaml.isMap(pair.value)) changeMap(pair.value, changes)
            else pair.value = newMap(changes)
          }),
      ],
    )
  }

  /** Tries the ways of a change until one means what was asked. */
  #change(expect: (plain: PlainFile) => void, ways: readonly Way[]): void {
    const plain = plainFile(this.#text)
    expect(plain)
    for (const way of ways) {
      const text = way(this.#text)
      if (text === undefined || !means(text, plain)) continue
      this.#text = text
      return
    }
    throw new UnchangeableFile(
      'the file has a form (such as YAML aliases) that a command cannot change; write the change with an editor',
    )
  }
}

/** One way to make a change; undefined when the file's form does not fit it. */
type Way = (text: string) => string | undefined

type PlainFile = Record<string, unknown>

/** Scalars stay the text that was typed; aliases and keys given twice are checked elsewhere. */
function parse(text: string): yaml.Document {
  return yaml.parseDocument(text, {
    ...{ schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' },
  })
}

function entryNode(document: yaml.Document, section: string, index: number): unknown {
  const seq = pairOf(document.contents, section)?.value
  return yaml.isSeq(seq) ? seq.items[index] : undefined
}

/** The section's pair, made when it is missing. */
function sectionPair(document: yaml.Document, section: string): yaml.Pair {
  const found = pairOf(document.contents, section)
  if (found !== undefined) return found
  const pair = new yaml.Pair(new yaml.Scalar(section), null)
  if (yaml.isMap(document.contents)) document.contents.items.push(pair)
  return pair
}

function addTo(document: yaml.Document, section: string, entry: Settings): void {
  const pair = sectionPair(document, section)
  if (!yaml.isSeq(pair.value)) pair.value = new yaml.YAMLSeq()
  if (!yaml.isSeq(pair.value)) return
  // A list in brackets stays one, unless it was empty.
  if (pair.value.items.length === 0) pair.value.flow = false
  pair.value.items.push(newMap(entry))
}

/** The whole file anew, with its comments. */
function rewritten(text: string, change: (document: yaml.Document) => void): string {
  const document = parse(text)
  change(document)
  const rendered = document.toString(yamlStyle(text))
  return text.includes('\r\n') ? rendered.replaceAll('\n', '\r\n') : rendered
}

/** A section that was not there, at the end of the file. */
function appended(text: string, section: string, content: unknown): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const before = text === '' || text.endsWith('\n') ? text : `${text}${end}`
  const document = new yaml.Document(content, { schema: 'failsafe' })
  const lines = document.toString(yamlStyle(text)).trimEnd().split('\n')
  const gap = before.trim() === '' ? '' : end
  return `${before}${gap}${section}:${end}${lines.map((line) => `  ${line}${end}`).join('')}`
}

function plainFile(text: string): PlainFile {
  return { ...readYaml(text, configFileSchema).value }
}

function listIn(plain: PlainFile, section: string): readonly object[] {
  const entries = plain[section]
  return Array.isArray(entries) ? (entries as readonly object[]) : []
}

function settingsIn(plain: PlainFile, section: string): object {
  const settings = plain[section]
  return typeof settings === 'object' && settings !== null ? settings : {}
}

/** Whether the text, read as at start, holds these settings and no others. */
function means(text: string, plain: PlainFile): boolean {
  const read = readYaml(text, configFileSchema)
  return read.problems.length === 0 && comparable(read.value) === comparable(plain)
}

/** A list and its comma form are the same; settings are compared whatever their order. */
function comparable(value: unknown): string {
  if (Array.isArray(value)) {
    const ofSettings = value.some((each) => typeof each === 'object')
    return ofSettings ? `[${value.map(comparable).join('|')}]` : comparable(value.join(','))
  }
  if (typeof value === 'object' && value !== null) {
    const settings = Object.entries(value).filter(([, each]) => each !== undefined)
    const pairs = settings.map(([name, each]) => `${name}=${comparable(each)}`)
    return `{${pairs.sort().join('|')}}`
  }
  const parts = String(value).split(',')
  return JSON.stringify(parts.map((part) => part.trim()).join(','))
}
