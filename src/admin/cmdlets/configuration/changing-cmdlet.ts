import type { ConfigDraft } from '../../../config/change-config.ts'
import type { ServerConfig } from '../../../config/server-config.ts'
import type { ShellObject } from '../../values/value.ts'
import {
  type Cmdlet,
  type CmdletContext,
  type CmdletDefinition,
  type Given,
  type ParameterTable,
  defineCmdlet,
} from '../../shell/cmdlet.ts'
import { Stopped } from '../../shell/shell-error.ts'
import { auditText } from './audit-text.ts'
import type { Configuration } from './configuration.ts'

/** A cmdlet that changes the configuration. */
export interface ChangingDefinition<P extends ParameterTable> extends Omit<
  CmdletDefinition<P>,
  'run' | 'input' | 'confirms'
> {
  readonly confirms?: 'on-request' | 'always'
  /** Makes the change by `attempt.apply`, and gives what the command puts out. */
  readonly change: (given: Given<P>, attempt: Attempt) => Promise<readonly ShellObject[]>
}

/** Makes a cmdlet of which each run that changes something, or fails to, is in the admin audit log. */
export function changingCmdlet<const P extends ParameterTable>(
  configuration: Configuration,
  definition: ChangingDefinition<P>,
): Cmdlet {
  const { change, ...cmdlet } = definition
  return defineCmdlet<P>({
    confirms: 'on-request',
    ...cmdlet,
    async *run({ given }, context) {
      const attempt = new Attempt(configuration, context)
      const record = (error?: unknown) => ({
        cmdlet: definition.name,
        parameters: auditText(given, definition.parameters),
        object: attempt.object,
        error: error instanceof Error ? error.message : undefined,
      })
      const audit = async (error?: unknown) => {
        const warning = await configuration.audit(record(error))
        if (warning !== undefined) context.writeWarning(warning)
      }
      try {
        const objects = await change(given, attempt)
        if (attempt.changed) await audit()
        yield* objects
      } catch (error) {
        if (!(error instanceof Stopped) && !attempt.changed) await audit(error)
        throw error
      }
    },
  })
}

/** One run of a cmdlet that changes something. */
export class Attempt {
  readonly configuration: Configuration
  readonly context: CmdletContext
  #object = ''
  #changed = false

  constructor(configuration: Configuration, context: CmdletContext) {
    this.configuration = configuration
    this.context = context
  }

  /** Identity of what is about to be changed. */
  get object(): string {
    return this.#object
  }

  get changed(): boolean {
    return this.#changed
  }

  /** Says what the change is about, for the audit log, before anything can fail. */
  concerns(object: string): void {
    this.#object = object
  }

  /**
   * Asks, changes, and waits until the change is in force. Undefined when it must not be made. `edit`
   * must find anew what it changes: the file may have changed since it was read.
   */
  async apply(
    sentence: string,
    edit: (draft: ConfigDraft) => void | Promise<void>,
  ): Promise<ServerConfig | undefined> {
    return (await this.mayGoOn(sentence)) ? await this.applyNow(edit) : undefined
  }

  /** Whether to go on; for what must be prepared before the change itself. */
  async mayGoOn(sentence: string): Promise<boolean> {
    return await this.context.confirmChange(sentence)
  }

  /** As `apply`, when `mayGoOn` has asked already. */
  async applyNow(edit: (draft: ConfigDraft) => void | Promise<void>): Promise<ServerConfig> {
    const { config, warnings } = await this.configuration.change(edit)
    this.#changed = true
    for (const warning of warnings) this.context.writeWarning(warning)
    return config
  }
}
