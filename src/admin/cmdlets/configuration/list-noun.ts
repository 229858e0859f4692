import type { ConfigDraft } from '../../../config/change-config.ts'
import type { ServerConfig, ServerIdentity } from '../../../config/server-config.ts'
import type { SettingChanges, Settings } from '../../../config/setting-text.ts'
import { ShellError } from '../../shell/shell-error.ts'
import type { ShellObject } from '../../values/value.ts'
import type { Attempt } from './changing-cmdlet.ts'
import { type Place, matching, named } from './identities.ts'

/** A kind of object that is kept as a list in the configuration. */
export interface ListNoun<T> {
  /** Of the file: `SendConnectors`. */
  readonly section: string
  /** `SendConnector`. */
  readonly type: string
  /** As a sentence has it: `Send connector`. */
  readonly title: string
  /** Whether identities are `SERVER\name`. */
  readonly ofServer?: boolean
  readonly items: (config: ServerConfig) => readonly T[]
  readonly nameOf: (item: T) => string
  /** Whether an item is one of this kind, where the list holds several. */
  readonly isOf?: (item: T) => boolean
  /** What else an item may be called: its addresses. */
  readonly othersOf?: (item: T) => readonly string[]
  readonly show: (item: T, config: ServerConfig) => ShellObject
  /** Brings what is there by default into the file, before the list is changed. */
  readonly writeOut?: (draft: ConfigDraft) => void
  /** Takes what else hangs on an item out of the file with it. */
  readonly leaves?: (item: T, draft: ConfigDraft) => void
}

/** The objects that an identity means, all without one. */
export function shownItems<T>(
  noun: ListNoun<T>,
  config: ServerConfig,
  identity: string | undefined,
): readonly ShellObject[] {
  const { Server } = config
  const items = matching(noun.items(config), identity, placeOf(noun, Server))
  return items.map((item) => noun.show(item, config))
}

/** The item that an identity means. Throws ShellError when there is none. */
export function itemNamed<T>(noun: ListNoun<T>, config: ServerConfig, identity: string): T {
  return named(noun.items(config), identity, placeOf(noun, config.Server)).item
}

/** Adds an entry and gives it as it is then; none when it was not to be made. */
export async function addItem<T>(
  noun: ListNoun<T>,
  attempt: Attempt,
  { name, settings }: { readonly name: string; readonly settings: Settings },
): Promise<readonly ShellObject[]> {
  const { Server } = await attempt.configuration.read()
  const sentence = `Creating ${noun.title} "${identityOf(noun, Server, name)}".`
  const config = await attempt.apply(sentence, (draft) => {
    refuseSameName(noun, draft.config, name)
    noun.writeOut?.(draft)
    draft.document.addEntry(noun.section, settings)
  })
  return config === undefined ? [] : [noun.show(itemNamed(noun, config, name), config)]
}

/** How a command changes one item. */
export interface ItemChange<T> {
  readonly identity: string
  /** `Setting`, `Disabling`. */
  readonly verb: string
  readonly edit: (item: T, draft: ConfigDraft) => SettingChanges
}

/** Changes the item that an identity means. */
export async function changeItem<T>(
  noun: ListNoun<T>,
  attempt: Attempt,
  { identity, verb, edit }: ItemChange<T>,
): Promise<readonly ShellObject[]> {
  attempt.concerns(identity)
  await onItem(noun, attempt, { identity, verb }, (index, item, draft) => {
    const changes = edit(item, draft)
    noun.writeOut?.(draft)
    draft.document.changeEntry(noun.section, index, changes)
  })
  return []
}

/** Removes the item that an identity means; `check` may refuse it. */
export async function removeItem<T>(
  noun: ListNoun<T>,
  attempt: Attempt,
  { identity, check }: { readonly identity: string; readonly check?: ItemCheck<T> },
): Promise<T | undefined> {
  attempt.concerns(identity)
  return await onItem(noun, attempt, { identity, verb: 'Removing' }, (index, item, draft) => {
    check?.(item, draft.config)
    noun.writeOut?.(draft)
    noun.leaves?.(item, draft)
    draft.document.removeEntry(noun.section, index)
  })
}

type ItemCheck<T> = (item: T, config: ServerConfig) => void

/** The item as it was before the change; undefined when it was not to be made. */
async function onItem<T>(
  noun: ListNoun<T>,
  attempt: Attempt,
  { identity, verb }: Pick<ItemChange<T>, 'identity' | 'verb'>,
  edit: (index: number, item: T, draft: ConfigDraft) => void,
): Promise<T | undefined> {
  const config = await attempt.configuration.read()
  const { Server } = config
  const name = noun.nameOf(itemNamed(noun, config, identity))
  const sentence = `${verb} ${noun.title} "${identityOf(noun, Server, name)}".`
  let before: T | undefined
  await attempt.apply(sentence, (draft) => {
    const found = named(noun.items(draft.config), identity, placeOf(noun, Server))
    before = found.item
    edit(found.index, found.item, draft)
  })
  return before
}

function placeOf<T>(noun: ListNoun<T>, server: ServerIdentity): Place<T> {
  const { type, nameOf, isOf, othersOf, ofServer = false } = noun
  return { server, type, nameOf, isOf, othersOf, ofServer }
}

function identityOf<T>({ ofServer }: ListNoun<T>, server: ServerIdentity, name: string): string {
  return ofServer === true ? `${server.Name}\\${name}` : name
}

function refuseSameName<T>(noun: ListNoun<T>, config: ServerConfig, name: string): void {
  const wanted = name.toLowerCase()
  if (!noun.items(config).some((other) => noun.nameOf(other).toLowerCase() === wanted)) return
  const identity = identityOf(noun, config.Server, name)
  throw new ShellError(`The ${noun.title} "${identity}" already exists.`, {
    ...{ id: 'ObjectAlreadyExists', category: 'ResourceExists', target: name },
  })
}
