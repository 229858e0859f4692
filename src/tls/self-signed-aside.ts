import { workedOutAside } from '../base/aside.ts'
import type { MadeCertificate, SelfSignedOptions } from './self-signed.ts'

const program = new URL('./self-signed-process.ts', import.meta.url)

/** `makeSelfSigned` aside, for a process that goes on: its program takes 10 MB and is used once. */
export function makeSelfSignedAside(options: SelfSignedOptions): Promise<MadeCertificate> {
  const does = `makes a certificate for ${options.domains.join(', ')}`
  return workedOutAside({ program, argument: JSON.stringify(options), does })
}
