import { readFileSync } from 'node:fs'

/** Names this run of the machine's kernel, another after each start of the machine; empty where none is known. */
export function machineRun(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
