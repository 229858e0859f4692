import { Readable, Writable } from 'node:stream'
import type { CommandIo } from '../../src/commands/command-io.ts'

interface Captured extends CommandIo {
  readonly out: () => string
  readonly err: () => string
}

/** The surroundings of a command, with what it wrote. */
export function captured({
  env = {},
  input = '',
}: { readonly env?: CommandIo['env']; readonly input?: string } = {}): Captured {
  const stdout = collector()
  const stderr = collector()
  return {
    stdin: Readable.from(input === '' ? [] : [input]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env,
    out: stdout.text,
    err: stderr.text,
  }
}

function collector() {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}
