import { access, constants, readFile } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import type { Problem } from '../base/problem.ts'
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
    Certificates: config.Certificates.map(({ CertificateFile, KeyFile }) => ({
      CertificateFile: absolute(CertificateFile),
      KeyFile: absolute(KeyFile),
    })),
    Directory: {
      ...config.Directory,
      ...(config.Directory.File !== undefined && { File: absolute(config.Directory.File) }),
    },
  }
}

/** What the files that the configuration names showed. */
export interface ReferencedFiles {
  readonly problems: readonly Problem[]
  /** The certificates that can be used, with the position of each in the configuration. */
  readonly certificates: readonly { readonly index: number; readonly pair: KeyPair }[]
}

/** Opens each file that the configuration names. Never rejects. */
export async function checkReferencedFiles(config: ServerConfig): Promise<ReferencedFiles> {
  const passwords = await Promise.all(passwordFiles(config).map(passwordFileProblem))
  const modules = await Promise.all(config.DeliveryAgentConnectors.map(moduleProblem))
  const read = await Promise.all(
    config.Certificates.map(async (files, index) => ({ index, result: await readKeyPair(files) })),
  )
  return {
    problems: [
      ...passwords.flat(),
      ...modules.flat(),
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
async function moduleProblem(
  { Module }: ServerConfig['DeliveryAgentConnectors'][number],
  index: number,
): Promise<Problem[]> {
  if (Module === '') return []
  const path = ['DeliveryAgentConnectors', index, 'Module']
  return await access(Module, constants.R_OK).then(
    () => [],
    () => [{ path, message: `cannot be read (${Module})` }],
  )
}

interface PasswordFile {
  readonly path: Problem['path']
  readonly file: string
}

function passwordFiles(config: ServerConfig): PasswordFile[] {
  const { Users, SendConnectors, DeliveryAgentConnectors } = config
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
  return [...ofUsers, ...ofConnectors, ...ofAgents].flatMap(({ path, file }) =>
    file === undefined ? [] : { path, file },
  )
}

async function passwordFileProblem({ path, file }: PasswordFile): Promise<Problem[]> {
  try {
    const [firstLine = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1)
    if (firstLine !== '') return []
    return [{ path, message: `has no password on its first line (${file})` }]
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const reason = missing ? 'no such file' : String(error)
    return [{ path, message: `cannot be read: ${reason} (${file})` }]
  }
}
