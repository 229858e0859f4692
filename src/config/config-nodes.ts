import * as yaml from 'yaml'
import type { SettingChanges, SettingText, Settings } from './setting-text.ts'
import { matchingName } from './setting-names.ts'

/** The pair of a map whose key means `name`, compared without case. */
export function pairOf(node: unknown, name: string): yaml.Pair | undefined {
  if (!yaml.isMap(node)) return undefined
  return node.items.find(({ key }) => matchingName(keyText(key), [name]) !== undefined)
}

/** A new map of settings; those that are undefined are left out. */
export function newMap(settings: Settings | SettingChanges): yaml.YAMLMap {
  const map = new yaml.YAMLMap()
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined) map.items.push(new yaml.Pair(new yaml.Scalar(name), newNode(value)))
  }
  return map
}

/** Writes the changes into a map, in the style that each setting has there. */
export function changeMap(map: yaml.YAMLMap, changes: SettingChanges): void {
  for (const [name, value] of Object.entries(changes)) {
    const pair = pairOf(map, name)
    if (value === undefined) map.items = map.items.filter((each) => each !== pair)
    else if (pair === undefined)
      map.items.push(new yaml.Pair(new yaml.Scalar(name), newNode(value)))
    else pair.value = withComments(changedNode(pair.value, value), pair.value)
  }
}

function changedNode(old: unknown, value: SettingText): yaml.Node {
  if (typeof value === 'string')
    return yaml.isScalar(old) ? changedScalar(old, value) : scalar(value)
  if (isList(value)) return yaml.isSeq(old) ? changedSeq(old, value) : changedList(old, value)
  return newMap(value)
}

/** The scalar, in the same quotes where it has some. */
function changedScalar(old: yaml.Scalar, value: string): yaml.Scalar {
  const changed = scalar(value)
  if (old.type === 'QUOTE_SINGLE' || old.type === 'QUOTE_DOUBLE') changed.type = old.type
  return changed
}

/** A comment behind a value stays when another value takes its place. */
function withComments(node: yaml.Node, old: unknown): yaml.Node {
  if (!yaml.isNode(old) || node === old) return node
  if (old.comment !== undefined) node.comment = old.comment
  if (old.commentBefore !== undefined) node.commentBefore = old.commentBefore
  return node
}

/** A list that stood as one text, alone or with commas, stays one where it can. */
function changedList(old: unknown, value: readonly string[]): yaml.Node {
  if (!yaml.isScalar(old) || value.length === 0) return newNode(value)
  const inOneText = typeof old.value === 'string' && (value.length === 1 || old.value.includes(','))
  return inOneText ? changedScalar(old, value.join(', ')) : newNode(value)
}

/** The items that stay keep their place, comments and quotes. */
function changedSeq(old: yaml.YAMLSeq, value: readonly string[]): yaml.YAMLSeq {
  const known = [...old.items]
  const items = value.map((text) => {
    const at = known.findIndex((item) => yaml.isScalar(item) && sameText(item.value, text))
    return at === -1 ? scalar(text) : known.splice(at, 1)[0]
  })
  // An empty block list would read as nothing.
  if (items.length === 0) old.flow = true
  old.items = items
  return old
}

/** Texts that differ in case alone are the same, but for the capitals that mark a primary address (`SMTP:`). */
function sameText(one: unknown, other: string): boolean {
  if (typeof one !== 'string' || one.trim().toLowerCase() !== other.toLowerCase()) return false
  return one.trim().startsWith('SMTP:') === other.startsWith('SMTP:')
}

function newNode(value: SettingText): yaml.Node {
  if (typeof value === 'string') return scalar(value)
  if (!isList(value)) return newMap(value)
  const seq = new yaml.YAMLSeq()
  seq.flow = true
  seq.items = value.map(scalar)
  return seq
}

/** Quoted where the file's reader, or another program's, would take the plain text for something else. */
function scalar(value: string): yaml.Scalar {
  const node = new yaml.Scalar(value)
  if (/^(|~|\$?null)$/i.test(value)) node.type = 'QUOTE_SINGLE'
  return node
}

function isList(value: SettingText): value is readonly string[] {
  return Array.isArray(value)
}

function keyText(key: unknown): string {
  return yaml.isScalar(key) ? String(key.value) : ''
}
