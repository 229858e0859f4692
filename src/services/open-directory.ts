import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { type Live, LiveValue, mapLive } from '../base/live.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { type DirectoryAccounts, noAccounts } from '../directory/accounts.ts'
import type { Directory } from '../directory/directory.ts'
import type { DirectoryLog } from '../directory/directory-log.ts'
import { FileDirectory } from '../directory/file-directory.ts'
import { loadFileAside } from '../directory/file-aside.ts'
import { JoinedDirectory } from '../directory/joined-directory.ts'
import { LdapDirectory } from '../directory/ldap/ldap-directory.ts'
import { ldaptsOpener } from '../directory/ldap/ldapts-connection.ts'
import { buildIndex } from '../directory/recipient-index.ts'
import { readRecipients } from '../directory/recipient-list.ts'
import { RecipientTable } from '../directory/recipient-table.ts'
import { FollowedDirectory } from './followed-directory.ts'
import type { ServiceGround } from './service-ground.ts'

/** The directory of a service, following the configuration and the files it names. */
export interface OpenDirectory extends Directory, AsyncDisposable {
  /** Calls `onChange` after each change of what it knows; the returned function ends that. */
  subscribe(onChange: () => void): () => void
  /** Calls `onBack` each time a directory server answers again that was away. */
  whenBack(onBack: () => void): () => void
  /** Who may log in beside the users of the configuration. */
  readonly accounts: DirectoryAccounts
}

const quiet: DirectoryLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Opens the directory that the configuration describes; its file has been read then, or found to be of no use. */
export async function openDirectory(
  ground: Pick<ServiceGround, 'config' | 'clock' | 'logger' | 'worker'>,
): Promise<OpenDirectory> {
  const { config, clock, logger, worker } = ground
  const log: DirectoryLog = {
    info: (message) => logger.info({}, message),
    warn: (message) => logger.warn({}, message),
    error: (message) => logger.error({}, message),
  }
  // All processes read the same file; one tells of it. A server may be away for one of them alone.
  const tells = worker.service === 'Transport' && worker.number === 1
  return await followDirectory({ config, clock, fileLog: tells ? log : quiet, log })
}

/** The same for those who only look once. */
export async function readDirectory(
  config: Live<ServerConfig>,
  clock: Clock,
  log: DirectoryLog = quiet,
): Promise<OpenDirectory> {
  return await followDirectory({ config, clock, fileLog: log, log })
}

interface DirectoryGround {
  readonly config: Live<ServerConfig>
  readonly clock: Clock
  readonly fileLog: DirectoryLog
  readonly log: DirectoryLog
}

async function followDirectory(ground: DirectoryGround): Promise<OpenDirectory> {
  const { config } = ground
  const own = new LiveValue<Directory>(tableOf(config.current))
  const changed = () => own.set(own.current)
  const back = new LiveValue(undefined)
  const file = followedFile(ground, changed)
  const ldap = followedLdap(ground, { onChange: changed, onBack: () => back.set(undefined) })
  let entries = config.current.Recipients
  const unsubscribe = config.subscribe((next) => {
    if (isDeepStrictEqual(next.Recipients, entries)) return
    entries = next.Recipients
    own.set(tableOf(next))
  })
  const joined = new JoinedDirectory(
    joinedParts(
      () => own.current,
      () => file.current,
      () => ldap.current,
    ),
  )
  const accounts = () => ldap.current[0]?.accounts ?? noAccounts
  await file.ready()
  return {
    get hasRecipients() {
      return joined.hasRecipients
    },
    find: (address) => joined.find(address),
    members: (group) => joined.members(group),
    subscribe: (onChange) => own.subscribe(onChange),
    whenBack: (onBack) => back.subscribe(onBack),
    accounts: {
      get hasAccounts() {
        return accounts().hasAccounts
      },
      account: (userName) => accounts().account(userName),
      logOn: async (userName, password) => await accounts().logOn(userName, password),
    },
    async [Symbol.asyncDispose]() {
      unsubscribe()
      await file[Symbol.asyncDispose]()
      await ldap[Symbol.asyncDispose]()
    },
  }
}

/** The parts in their order, as one list until one of them is another: it is asked for at each RCPT. */
function joinedParts(
  own: () => Directory,
  file: () => readonly Directory[],
  ldap: () => readonly Directory[],
) {
  let parts: readonly Directory[] = []
  let madeOf: readonly unknown[] = []
  return {
    get current() {
      if (own() !== madeOf[0] || file() !== madeOf[1] || ldap() !== madeOf[2]) {
        madeOf = [own(), file(), ldap()]
        parts = [own(), ...file(), ...ldap()]
      }
      return parts
    },
  }
}

function followedFile({ config, clock, fileLog: log }: DirectoryGround, onChange: () => void) {
  return new FollowedDirectory({
    settings: mapLive(config, ({ Directory }) => Directory.File),
    make: (file) => new FileDirectory({ file, clock, log, load: loadFileAside, onChange }),
    onChange,
  })
}

function followedLdap(
  { config, clock, log }: DirectoryGround,
  { onChange, onBack }: { readonly onChange: () => void; readonly onBack: () => void },
) {
  const open = ldaptsOpener(clock)
  return new FollowedDirectory({
    settings: ldapOf(config),
    make: (given) => new LdapDirectory({ ...given, clock, log, open, onBack }),
    onChange,
  })
}

function ldapOf(config: Live<ServerConfig>) {
  return mapLive(config, ({ Directory: { Ldap: settings, CacheTime: cacheTime } }) =>
    settings === undefined ? undefined : { settings, cacheTime },
  )
}

function tableOf({ Recipients }: ServerConfig): RecipientTable {
  return new RecipientTable(buildIndex(readRecipients(Recipients).recipients))
}
