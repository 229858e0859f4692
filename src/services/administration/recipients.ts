import type { Configuration } from '../../admin/cmdlets/configuration/configuration.ts'
import type {
  ListedMember,
  ListedRecipient,
  RecipientListing,
  RecipientSource,
} from '../../admin/cmdlets/recipients/recipient-listing.ts'
import { ShellError } from '../../admin/shell/shell-error.ts'
import { systemClock } from '../../base/clock.ts'
import type { Directory, DirectoryRecipient } from '../../directory/directory.ts'
import { LdapDirectory } from '../../directory/ldap/ldap-directory.ts'
import { ldaptsOpener } from '../../directory/ldap/ldapts-connection.ts'
import type { LdapSettings } from '../../directory/directory-schema.ts'
import { loadRecipientFile } from '../../directory/loaded-file.ts'
import { buildIndex } from '../../directory/recipient-index.ts'
import { readRecipients } from '../../directory/recipient-list.ts'
import { RecipientTable } from '../../directory/recipient-table.ts'

/** One of the places where recipients stand. */
interface Part extends AsyncDisposable {
  readonly source: RecipientSource
  readonly directory: Directory
  recipients(): AsyncIterable<DirectoryRecipient> | Iterable<DirectoryRecipient>
}

/** The recipients of this server's configuration, its file and its LDAP server, read anew for each question. */
export function listedRecipients(configuration: Configuration): RecipientListing {
  return {
    async *all() {
      for await (const part of partsOf(configuration))
        for await (const recipient of part.recipients()) yield { recipient, source: part.source }
    },
    async find(address) {
      for await (const part of partsOf(configuration)) {
        const found = await foundIn(part, address)
        if (found !== undefined) return found
      }
      return undefined
    },
    members: (group) => membersOf(configuration, group),
  }
}

async function* membersOf(
  configuration: Configuration,
  group: ListedRecipient,
): AsyncGenerator<ListedMember, void> {
  await using parts = new AsyncDisposableStack()
  const open: Part[] = []
  for (const make of makersOf(await configuration.read())) open.push(parts.use(await make()))
  for (const address of await memberAddresses(open, group)) {
    let found: ListedRecipient | undefined
    for (const part of open) found ??= await foundIn(part, address)
    yield found ?? { address }
  }
}

async function memberAddresses(
  parts: readonly Part[],
  { recipient, source }: ListedRecipient,
): Promise<readonly string[]> {
  const part = parts.find((each) => each.source === source)
  // A server tells the members of what it gave itself.
  const group = part && (await foundIn(part, recipient.primaryAddress))
  if (part === undefined || group === undefined) return []
  const answer = await part.directory.members(group.recipient)
  if (answer.kind === 'unavailable') throw unavailable(answer.reason)
  return answer.addresses
}

async function foundIn(part: Part, address: string): Promise<ListedRecipient | undefined> {
  const answer = await part.directory.find(address)
  if (answer.kind === 'unavailable') throw unavailable(answer.reason)
  return answer.kind === 'found' ? { recipient: answer.recipient, source: part.source } : undefined
}

/** The parts one after another, each closed before the next one is opened. */
async function* partsOf(configuration: Configuration): AsyncGenerator<Part, void> {
  for (const make of makersOf(await configuration.read())) {
    await using part = await make()
    yield part
  }
}

function makersOf({
  Recipients,
  Directory: { File, Ldap: settings },
}: Awaited<ReturnType<Configuration['read']>>): readonly (() => Promise<Part>)[] {
  const own = () =>
    Promise.resolve(
      tablePart(
        'Configuration',
        new RecipientTable(buildIndex(readRecipients(Recipients).recipients)),
      ),
    )
  return [
    own,
    ...(File === undefined ? [] : [() => filePart(File)]),
    ...(settings === undefined ? [] : [() => Promise.resolve(ldapPart(settings))]),
  ]
}

async function filePart(file: string): Promise<Part> {
  const loaded = await loadRecipientFile(file)
  if (loaded.kind === 'refused') throw unavailable(loaded.problems.join('; '))
  return tablePart('File', new RecipientTable(loaded.index))
}

function tablePart(source: RecipientSource, table: RecipientTable): Part {
  return {
    ...{ source, directory: table },
    recipients: () => table.recipients(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function ldapPart(settings: LdapSettings): Part {
  const quiet = () => undefined
  const directory = new LdapDirectory({
    settings,
    // Long enough for one question.
    cacheTime: 60_000,
    clock: systemClock,
    log: { info: quiet, warn: quiet, error: quiet },
    open: ldaptsOpener(systemClock),
  })
  return {
    ...{ source: 'Ldap', directory },
    async *recipients() {
      try {
        yield* directory.recipients()
      } catch (error) {
        throw unavailable(error instanceof Error ? error.message : String(error))
      }
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

function unavailable(reason: string): ShellError {
  return new ShellError(`The directory cannot be asked: ${reason}`, {
    ...{ id: 'DirectoryUnavailable', category: 'ResourceUnavailable' },
  })
}
