import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { RunningProgram, runProgram } from './program.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'

const address = '127.0.126.1'
const messages = 20

/** Whether this machine lets us trace a process, and why not. */
async function tracingRefusal(): Promise<string | undefined> {
  const { code, output } = await runProgram('strace', ['-o', '/dev/null', 'true']).catch(
    (error: unknown) => ({ code: null, output: String(error) }),
  )
  return code === 0 ? undefined : output.trim()
}

const refusal = await tracingRefusal()
if (refusal !== undefined) process.stdout.write(`no trace of system calls here: ${refusal}\n`)

test.skipIf(refusal !== undefined)(
  'the queue is flushed to disk between the end of each message and its 250',
  async () => {
    await using host = await startLabMailServer({
      hostname: 'mx.inside.test',
      address: '127.0.126.2',
    })
    await using relay = await RelayProcess.start({
      config: edgeConfig({ address, sendConnectors: smartHost('*', host) }),
      services: ['Transport'],
    })
    const file = join(tmpdir(), `flush-order-${process.pid}`)
    await sendTraced(relay.servicePid('Transport'), file)
    const trace = await readFile(file, 'utf8')
    await rm(file)
    expect(flushesBeforeReplies(trace)).toEqual(Array.from({ length: messages }, () => true))
  },
)

async function sendTraced(pid: number, file: string): Promise<void> {
  await using strace = new RunningProgram('strace', [
    ...['-f', '-y', '-s', '40', '-o', file, '-p', String(pid)],
    ...['-e', 'trace=fsync,fdatasync,write,writev,read,sendto,sendmsg'],
  ])
  await strace.said(/attached/)
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  for (let number = 1; number <= messages; number++) {
    await peer.command('MAIL FROM:<a@client.example>')
    await peer.command('RCPT TO:<b@contoso.test>')
    await peer.command('DATA')
    const reply = await peer.command(`Subject: number ${number}`, '', `end of ${number}`, '.')
    expect(reply).toMatch(/^250 2\.6\.0 /)
  }
  strace.kill('SIGINT')
  await strace.finished
}

/**
 * For each 250 of a message in the trace, whether a flush of the queue's journal was begun after the
 * content had been read and had returned before the reply was written. A call that another thread
 * interrupts stands in two lines: `unfinished`, and `resumed` when it returned.
 */
function flushesBeforeReplies(trace: string): boolean[] {
  const replies: boolean[] = []
  const flushing = new Set<string>()
  let flushed = false
  for (const line of trace.split('\n')) {
    const thread = /^\d+/.exec(line)?.[0] ?? ''
    if (/read\(.*"Subject: number /.test(line) || /resumed>.*"Subject: number /.test(line)) {
      // A flush under way by now may have begun without this message.
      flushing.clear()
      flushed = false
    } else if (/ f(?:data)?sync\(\d+<.*mail\.que/.test(line)) {
      if (line.includes('unfinished')) flushing.add(thread)
      else if (line.endsWith('= 0')) flushed = true
    } else if (/<\.\.\. f(?:data)?sync resumed>.*= 0/.test(line)) {
      if (flushing.delete(thread)) flushed = true
    } else if (/write\(.*"250 2\.6\.0 /.test(line)) {
      replies.push(flushed)
    }
  }
  return replies
}
