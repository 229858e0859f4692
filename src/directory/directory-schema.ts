import { z } from 'zod'
import { text } from '../base/setting-fields.ts'

/** Where recipients stand beside the configuration; `Directory` there. */
export const directorySchema = z.strictObject({
  /** CSV, or JSON where the name ends so; read anew when it changes. */
  File: text().optional(),
})

export type DirectorySettings = Readonly<z.output<typeof directorySchema>>
