#!/usr/bin/env node
import { runCommand } from './commands/run-command.ts'

// A reader that went away (`edge help | head -1`) is no fault to die of: what heeds it listens by itself.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await runCommand(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
})
