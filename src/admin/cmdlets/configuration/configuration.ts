import type { ConfigDraft } from '../../../config/change-config.ts'
import type { ServerConfig } from '../../../config/server-config.ts'

/** What a change led to. */
export interface ConfigurationChange {
  readonly config: ServerConfig
  /** What the administrator should know: a setting that waits for a restart, a port that is taken. */
  readonly warnings: readonly string[]
}

/** One change, or the attempt, for the admin audit log. */
export interface AuditRecord {
  readonly cmdlet: string
  /** As given, without secrets: `-Name "To Edge" -AddressSpaces *`. */
  readonly parameters: string
  readonly object: string
  /** Why it failed; undefined when it was done. */
  readonly error?: string | undefined
}

/** The server's configuration as the cmdlets see it. */
export interface Configuration {
  /** The checked configuration as the file has it now. Rejects with ShellError. */
  read(): Promise<ServerConfig>
  /**
   * Changes the file, and the running services with it; resolves when the change is in force. Rejects
   * with ShellError, and has then changed nothing.
   */
  change(edit: (draft: ConfigDraft) => void | Promise<void>): Promise<ConfigurationChange>
  /** Never rejects; gives a warning when the record could not be written. */
  audit(record: AuditRecord): Promise<string | undefined>
  /** Keeps a secret in a file of its own that only its owner may read, and gives the path to write. */
  keepSecret(name: string, secret: string): Promise<string>
  /** Deletes a file made by `keepSecret`; any other is left alone. Never rejects. */
  forgetSecret(path: string): Promise<void>
  /** The folder of the configuration file, absolute, and that of the server's data. */
  readonly folder: string
  readonly dataFolder: string
}
