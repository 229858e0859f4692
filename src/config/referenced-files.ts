import { access, constants, readFile } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { tryModule } from '../agents/host/try-module.ts'
import type { TransportAgentSettings } from '../agents/host/transport-agent.ts'
import type { Clock } from '../base/clock.ts'
import type { Problem } from '../base/problem.ts'
import { filterFault } from '../directory/ldap/filter-check.ts'
import type { DirectorySettings } from '../directory/directory-schema.ts'
import type { KeyPair } from '../tls/certificates.ts'
import { isFault, readKeyPair } from '../tls/key-pair.ts'
import type { ServerConfig } from './server-config.ts'

/** The configuration with every path made absolute, against the folder of its file. */
export function resolvePaths(config: ServerConfig, folder: string): ServerConfig {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(folder, path))
  const withPasswordFile = <T extends { readonly PasswordFile?: string | undefined }>(holder: T) =>
    holder.PasswordFile === undefined
      ? holder
      : { ...holder, PasswordFile: absolute(holder.PasswordFile) }
  return {
    ...config,
    Users: config.Users.map(withPasswordFile),
    SendConnectors: config.SendConnectors.map((connector) =>
      connector.AuthenticationCredential === undefined
        ? connector
        : {
            ...connector,
            AuthenticationCredential: withPasswordFile(connector.AuthenticationCredential),
          },
    ),
    DeliveryAgentConnectors: config.DeliveryAgentConnectors.map((connector) => {
      const { TokenFile } = connector.Settings
      return {
        ...connector,
        Module: connector.Module === '' ? '' : absolute(connector.Module),
        Settings:
          TokenFile === undefined || connector.Module !== ''
            ? connector.Settings
            : { ...connector.Settings, TokenFile: absolute(TokenFile) },
      }
    }),
    TransportAgents: config.TransportAgents.map((agent) => ({
      ...agent,
      Module: absolute(agent.Module),
    })),
    Certificates: config.Certificates.map(({ CertificateFile, KeyFile }) => ({
      CertificateFile: absolute(CertificateFile),
      KeyFile: absolute(KeyFile),
    })),
    Directory: withAbsolutePaths(config.Directory, absolute),
  }
}

function withAbsolutePaths(
  directory: DirectorySettings,
  absolute: (path: string) => string,
): DirectorySettings {
  const { File, Ldap } = directory
  const ldap = Ldap && {
    ...Ldap,
    ...(Ldap.PasswordFile !== undefined && { PasswordFile: absolute(Ldap.PasswordFile) }),
    ...(Ldap.CaFile !== undefined && { CaFile: absolute(Ldap.CaFile) }),
  }
  return {
    ...directory,
    ...(File !== undefined && { File: absolute(File) }),
    ...(ldap !== undefined && { Ldap: ldap }),
  }
}

/** What the files that the configuration names showed. */
export interface ReferencedFiles {
  readonly problems: readonly Problem[]
  /** The certificates that can be used, with the position of each in the configuration. */
  readonly certificates: readonly { readonly index: number; readonly pair: KeyPair }[]
}

export interface FileChecks {
  readonly clock: Clock
  /** Runs the modules of agents, to see whether they load. */
  readonly tryModules: boolean
}

/** Opens each file that the configuration names. Never rejects. */
export async function checkReferencedFiles(
  config: ServerConfig,
  checks: FileChecks,
): Promise<ReferencedFiles> {
  const passwords = await Promise.all(passwordFiles(config).map(passwordFileProblem))
  const agentModules = await Promise.all(config.DeliveryAgentConnectors.map(deliveryModuleProblem))
  const directory = await directoryFileProblems(config.Directory)
  const read = await Promise.all(
    config.Certificates.map(async (files, index) => ({ index, result: await readKeyPair(files) })),
  )
  const agents = await Promise.all(
    config.TransportAgents.map((agent, index) => moduleProblems(agent, index, checks)),
  )
  return {
    problems: [
      ...passwords.flat(),
      ...agentModules.flat(),
      ...directory,
      ...agents.flat(),
      ...read.flatMap(({ index, result }) =>
        isFault(result)
          ? { path: ['Certificates', index, result.setting], message: result.message }
          : [],
      ),
    ],
    certificates: read.flatMap(({ index, result }) =>
      isFault(result) ? [] : { index, pair: result },
    ),
  }
}

/** The module of an agent is loaded when there is mail for it: that it cannot be there must show before. */
async function deliveryModuleProblem(
  { Module }: ServerConfig['DeliveryAgentConnectors'][number],
  index: number,
): Promise<Problem[]> {
  if (Module === '') return []
  const path = ['DeliveryAgentConnectors', index, 'Module']
  return await access(Module, constants.R_OK).then(
    () => [],
    (error: unknown) => [{ path, message: cannotBeRead(Module, error) }],
  )
}

async function moduleProblems(
  agent: TransportAgentSettings,
  index: number,
  { clock, tryModules }: FileChecks,
): Promise<Problem[]> {
  const path = ['TransportAgents', index, 'Module']
  // A module that is gone must not stand in the way of its removal.
  if (!agent.Enabled) return []
  try {
    await access(agent.Module, constants.R_OK)
  } catch (error) {
    return [{ path, message: cannotBeRead(agent.Module, error) }]
  }
  const problem = tryModules ? await tryModule(agent, clock) : undefined
  return problem === undefined ? [] : [{ path, message: `${problem} (${agent.Module})` }]
}

function cannotBeRead(file: string, error: unknown): string {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  return `cannot be read: ${missing ? 'no such file' : String(error)} (${file})`
}

interface PasswordFile {
  readonly path: Problem['path']
  readonly file: string
}

function passwordFiles(config: ServerConfig): PasswordFile[] {
  const { Users, SendConnectors, DeliveryAgentConnectors, Directory } = config
  const ofUsers = Users.map(({ PasswordFile: file }, index) => ({
    path: ['Users', index, 'PasswordFile'],
    file,
  }))
  const ofConnectors = SendConnectors.map(({ AuthenticationCredential }, index) => ({
    path: ['SendConnectors', index, 'AuthenticationCredential', 'PasswordFile'],
    file: AuthenticationCredential?.PasswordFile,
  }))
  const ofAgents = DeliveryAgentConnectors.map(({ Settings, Module }, index) => ({
    path: ['DeliveryAgentConnectors', index, 'Settings', 'TokenFile'],
    file: Module === '' ? Settings['TokenFile'] : undefined,
  }))
  const ofDirectory = {
    path: ['Directory', 'Ldap', 'PasswordFile'],
    file: Directory.Ldap?.PasswordFile,
  }
  return [...ofUsers, ...ofConnectors, ...ofAgents, ofDirectory].flatMap(({ path, file }) =>
    file === undefined ? [] : { path, file },
  )
}

async function passwordFileProblem({ path, file }: PasswordFile): Promise<Problem[]> {
  try {
    const [firstLine = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1)
    if (firstLine !== '') return []
    return [{ path, message: `has no password on its first line (${file})` }]
  } catch (error) {
    return [{ path, message: cannotBeRead(file, error) }]
  }
}

/** The file of recipients is not among them: it comes and goes without the configuration. */
async function directoryFileProblems({ Ldap }: DirectorySettings): Promise<Problem[]> {
  if (Ldap === undefined) return []
  const problems: Problem[] = []
  if (Ldap.CaFile !== undefined && !(await holdsCertificates(Ldap.CaFile)))
    problems.push({
      path: ['Directory', 'Ldap', 'CaFile'],
      message: `must be a file of certificates in PEM form (${Ldap.CaFile})`,
    })
  for (const setting of ['Filter', 'LogonFilter'] as const) {
    const filter = Ldap[setting]
    const fault = filter === undefined ? undefined : await filterFault(filter)
    if (fault !== undefined)
      problems.push({ path: ['Directory', 'Ldap', setting], message: `is no filter: ${fault}` })
  }
  return problems
}

async function holdsCertificates(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.includes('-----BEGIN CERTIFICATE-----')
}
