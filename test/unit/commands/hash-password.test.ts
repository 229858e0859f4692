import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { runCommand } from '../../../src/commands/run-command.ts'
import { verifyPassword } from '../../../src/receive/users/password.ts'
import { captured } from '../../support/captured-output.ts'

test('prints the hash of the one line on standard input', async () => {
  const io = captured({ input: ' pass word \nnot this\n' })
  expect(await runCommand(['hash-password'], io)).toBe(0)
  expect(await verifyPassword(' pass word ', io.out().trimEnd())).toBe(true)
  expect(io.out() + io.err()).not.toContain('pass word')
})

test('takes no password from the command line', async () => {
  const io = captured()
  expect(await runCommand(['hash-password', 'secret'], io)).toBe(2)
  expect(io.out()).toBe('')
  expect(io.err()).not.toContain('secret')
})

test('an empty input is refused', async () => {
  const io = captured()
  expect(await runCommand(['hash-password'], io)).toBe(1)
  expect(io.err()).toContain('no password was given')
})

function terminal(lines: readonly string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  const answers = [...lines]
  const io = captured()
  const stderr = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      io.stderr.write(text)
      if (text.endsWith(': ')) setImmediate(() => stdin.write(`${answers.shift() ?? '\u0003'}\r`))
      done()
    },
  })
  return { ...io, stdin, stderr }
}

test('asks twice at a terminal and never shows the password', async () => {
  const io = terminal(['secret', 'secret'])
  expect(await runCommand(['hash-password'], io)).toBe(0)
  expect(await verifyPassword('secret', io.out().trimEnd())).toBe(true)
  expect(io.err()).toBe('Password: \nAgain: \n')
})

test('two different passwords are refused', async () => {
  const io = terminal(['secret', 'sekret'])
  expect(await runCommand(['hash-password'], io)).toBe(1)
  expect(io.err()).toContain('the two passwords differ')
})

test('giving up with Ctrl-C prints nothing', async () => {
  const io = terminal([])
  expect(await runCommand(['hash-password'], io)).toBe(1)
  expect(io.out()).toBe('')
})
