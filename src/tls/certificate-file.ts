import { z } from 'zod'
import { text } from '../base/setting-fields.ts'

/** A certificate the administrator supplies: PEM files, paths relative to the configuration file. */
export const certificateFileSchema = z.strictObject({
  /** The certificate, then the chain above it. */
  CertificateFile: text(),
  KeyFile: text(),
})

export type CertificateFile = Readonly<z.output<typeof certificateFileSchema>>
