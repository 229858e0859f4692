import { dirname, join } from 'node:path'
import { configurationCmdlets } from '../../src/admin/cmdlets/all.ts'
import { recipientCmdlets } from '../../src/admin/cmdlets/recipients/recipient-cmdlets.ts'
import { builtInCmdlets } from '../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../src/admin/shell/shell.ts'
import { systemClock } from '../../src/base/clock.ts'
import { listedRecipients } from '../../src/services/administration/recipients.ts'
import { localConfiguration } from '../../src/services/local-configuration.ts'
import { RecordingHost } from './recording-host.ts'

/** A shell on a configuration file with `data` beside it, and on the services that run there. */
export class SystemShell {
  readonly #shell: Shell

  constructor(file: string) {
    const where = { configFile: file, dataFolder: join(dirname(file), 'data') }
    const configuration = localConfiguration(where, systemClock)
    const cmdlets = [
      ...builtInCmdlets(),
      ...configurationCmdlets(configuration),
      ...recipientCmdlets(configuration, listedRecipients(configuration)),
    ]
    this.#shell = new Shell({ cmdlets, clock: systemClock })
  }

  async run(line: string): Promise<RecordingHost> {
    const host = new RecordingHost({ width: 120 })
    await this.#shell.runLine(line, { host, final: true })
    return host
  }

  /** What a line tells in errors and warnings; empty when all went well. */
  async errorsOf(line: string): Promise<string> {
    const { errors, notices } = await this.run(line)
    return errors + notices
  }
}
