import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FileConfiguration } from '../../src/admin/cmdlets/configuration/file-configuration.ts'
import { configurationCmdlets } from '../../src/admin/cmdlets/all.ts'
import { recipientCmdlets } from '../../src/admin/cmdlets/recipients/recipient-cmdlets.ts'
import { listedRecipients } from '../../src/services/administration/recipients.ts'
import { builtInCmdlets } from '../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../src/admin/shell/shell.ts'
import type { ServerConfig } from '../../src/config/server-config.ts'
import { FakeClock } from './fake-clock.ts'
import { RecordingHost } from './recording-host.ts'
import { tempFolder } from './temp-folder.ts'

/** A shell on a configuration file in a folder of the running test's own, without services. */
export class SettingsShell {
  readonly folder: string
  readonly file: string
  readonly shell: Shell
  readonly configuration: FileConfiguration
  /** What the services would have been told. */
  readonly reloads: ServerConfig[] = []
  /** What they would have answered. */
  warnings: readonly string[] = []

  private constructor(folder: string) {
    const clock = new FakeClock('2026-11-21T06:01:52Z')
    this.folder = folder
    this.file = join(folder, 'server.yaml')
    this.configuration = new FileConfiguration({
      ...{ configFile: this.file, dataFolder: join(folder, 'data'), clock },
      hostName: 'edge01.contoso.com',
      reload: (config) => {
        this.reloads.push(config)
        return Promise.resolve(this.warnings)
      },
    })
    const { configuration } = this
    const cmdlets = [
      ...builtInCmdlets(),
      ...configurationCmdlets(configuration),
      ...recipientCmdlets(configuration, listedRecipients(configuration)),
    ]
    this.shell = new Shell({ cmdlets, clock })
  }

  static async on(text: string): Promise<SettingsShell> {
    const settings = new SettingsShell(await tempFolder())
    await writeFile(settings.file, text)
    return settings
  }

  /** Runs a line and gives what it wrote, errors and warnings too. */
  async run(line: string, answers: readonly string[] = []): Promise<string> {
    const host = new RecordingHost({ width: 120, answers })
    await this.shell.runLine(line, { host, final: true })
    return host.all
  }

  /** The message of a line that must fail, on one line. */
  async errorOf(line: string): Promise<string> {
    const host = new RecordingHost({ width: 120 })
    await this.shell.runLine(line, { host, final: true })
    if (host.errors === '') throw new Error(`no error of ${line}, but:\n${host.all}`)
    return (/^[^ ]+ : ([^]*?)\nAt line/.exec(host.errors)?.[1] ?? host.errors).trim()
  }

  /** The file as it is now. */
  async text(): Promise<string> {
    return await readFile(this.file, 'utf8')
  }

  /** The records of the admin audit log, without their times. */
  async audit(): Promise<string[]> {
    const path = join(this.folder, 'data', 'logs', 'AdminAudit', 'ADMINAUDIT20261121-1.LOG')
    const lines = (await readFile(path, 'utf8').catch(() => '')).split('\r\n')
    return lines.filter((line) => line !== '' && !line.startsWith('#'))
  }
}
