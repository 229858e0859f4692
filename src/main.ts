#!/usr/bin/env node
import { runCommand } from './commands/run-command.ts'

// A reader that went away (`edge help | head -1`) is no fault: what heeds it listens by itself. Nor does a
// server end because the disk is full that its output goes to; but a command has then failed.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    if (stream === process.stdout)
      process.stderr.write(`edge: the output cannot be written: ${error.message}\n`)
    process.once('exit', (code) => {
      if (code === 0) process.exitCode = 1
    })
  })
}

process.exitCode = await runCommand(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
})
