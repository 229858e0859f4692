import { isDash } from '../grammar/characters.ts'
import { quoteText } from '../grammar/quote.ts'
import { type WordBefore, wordBefore } from '../grammar/word-before.ts'
import type { Cmdlet } from './cmdlet.ts'
import type { CmdletTable } from './cmdlet-table.ts'
import { parametersOf } from './common-parameters.ts'
import { type NamedParameter, findParameter } from './match-words.ts'
import type { ObjectNames } from './parameter-type.ts'
import { ShellError } from './shell-error.ts'

/** Something that could stand at the cursor. */
export interface Candidate {
  /** What to put there, quoted where it must be. */
  readonly text: string
  readonly kind: 'command' | 'parameter' | 'value' | 'name' | 'property' | 'variable'
  /** One sentence about it; may be empty. */
  readonly help: string
}

/** Candidates for the text between `start` and `end`. */
export interface Completion {
  readonly start: number
  readonly end: number
  readonly candidates: readonly Candidate[]
}

/** What completion knows. */
export interface CompletionSource {
  readonly cmdlets: CmdletTable
  readonly variables: readonly string[]
  /** The names of objects, as far as they are known. */
  readonly namesOf: (names: ObjectNames) => readonly string[]
}

/** What could stand at `cursor`: commands, parameters, their known values, properties, variables. */
export function completeLine(text: string, cursor: number, source: CompletionSource): Completion {
  const before = wordBefore(text.slice(0, cursor))
  const candidates = before.comment ? [] : candidatesFor(before, source)
  return { start: before.start, end: cursor, candidates }
}

function candidatesFor(before: WordBefore, source: CompletionSource): Candidate[] {
  const { words, word, quote } = before
  const variable = quote === "'" ? undefined : /^\$(\w*)$/.exec(word)?.[1]
  if (variable !== undefined) return variables(variable, source)
  const [name] = words
  if (name === undefined) return quote === '' ? commands(word, source) : []
  const cmdlet = source.cmdlets.find(name)
  if (cmdlet === undefined) return []
  const joined = /^[-\u2013\u2014]([\w?]+):(.*)$/s.exec(word)
  if (joined !== null && quote === '') {
    const [, parameter = '', value = ''] = joined
    const found = parameterNamed(cmdlet, parameter)
    const head = word.slice(0, word.length - value.length)
    return values(found, { ...before, word: value }, source).map((one) => ({
      ...one,
      text: head + one.text,
    }))
  }
  if (isDash(word.charAt(0))) return parameters(cmdlet, before)
  return values(parameterFor(cmdlet, before), before, source)
}

const begins = (text: string, start: string) => text.toLowerCase().startsWith(start.toLowerCase())

function variables(start: string, { variables: known }: CompletionSource): Candidate[] {
  return ['_', 'true', 'false', 'null', ...known]
    .filter((name) => begins(name, start))
    .map((name) => ({ text: `$${name}`, kind: 'variable', help: '' }))
}

function commands(start: string, { cmdlets }: CompletionSource): Candidate[] {
  return cmdlets.all
    .filter(({ name }) => begins(name, start))
    .map(({ name, synopsis }) => ({ text: name, kind: 'command', help: synopsis }))
}

function parameters(cmdlet: Cmdlet, { word, words }: WordBefore): Candidate[] {
  const given = new Set(
    words.filter(isParameterWord).map((one) => parameterNamed(cmdlet, one.slice(1))?.name),
  )
  return Object.entries(parametersOf(cmdlet))
    .filter(([name, { refused }]) => refused === undefined && !given.has(name))
    .filter(([name]) => begins(name, word.slice(1)))
    .map(([name, { help }]) => ({ text: `-${name}`, kind: 'parameter', help }))
}

const isParameterWord = (word: string) =>
  isDash(word.charAt(0)) && /^[\p{L}?]$/u.test(word.charAt(1))

function parameterNamed(cmdlet: Cmdlet, written: string): NamedParameter | undefined {
  try {
    return findParameter(cmdlet, written, { start: 0, end: 0 })
  } catch (error) {
    if (error instanceof ShellError) return undefined
    throw error
  }
}

/** The parameter whose value is on its way: the one named before it, or the next by position. */
function parameterFor(cmdlet: Cmdlet, { words }: WordBefore): NamedParameter | undefined {
  const named = new Set<string>()
  let positional = 0
  let waiting: NamedParameter | undefined
  for (const word of words.slice(1)) {
    if (isParameterWord(word)) {
      const [name = '', value] = word.slice(1).split(':', 2)
      const found = parameterNamed(cmdlet, name)
      if (found !== undefined) named.add(found.name)
      waiting = found?.parameter.type.isSwitch === true || value !== undefined ? undefined : found
    } else if (waiting !== undefined) waiting = undefined
    else positional++
  }
  if (waiting !== undefined) return waiting
  return Object.entries(cmdlet.parameters)
    .map(([name, parameter]) => ({ name, parameter }))
    .filter(({ name, parameter }) => parameter.position !== undefined && !named.has(name))
    .sort((a, b) => (a.parameter.position ?? 0) - (b.parameter.position ?? 0))[positional]
}

function values(
  found: NamedParameter | undefined,
  { word, quote, upstream }: WordBefore,
  source: CompletionSource,
): Candidate[] {
  if (found === undefined) return []
  const { cmdlets, namesOf } = source
  const start = quote === '' ? word : word.slice(1)
  const { type, help } = found.parameter
  const quoted = (text: string) => {
    if (text.startsWith('$')) return text
    return quote === '' ? quoteText(text) : `${quote}${text}${quote}`
  }
  const offer = (texts: readonly string[], kind: Candidate['kind']): Candidate[] =>
    texts
      .filter((text) => begins(text, start))
      .map((text) => ({ text: quoted(text), kind, help: kind === 'value' ? help : '' }))
  if (type.suggests === 'properties') return offer(outputsOf(upstream, cmdlets), 'property')
  return [
    ...(type.suggests === 'commands' ? commands(start, source) : []),
    ...offer(type.values ?? [], 'value'),
    ...(type.names === undefined ? [] : offer(namesOf(type.names), 'name')),
  ]
}

/** The properties of what comes down the pipeline: commands that only choose or sort pass them on. */
function outputsOf(upstream: readonly string[], cmdlets: CmdletTable): readonly string[] {
  for (const name of upstream.toReversed()) {
    const outputs = cmdlets.find(name)?.outputs
    if (outputs !== undefined) return outputs
  }
  return []
}
