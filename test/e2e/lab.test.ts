import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

/** The lab's mail exchangers are on port 25, which needs root or net.ipv4.ip_unprivileged_port_start=25. */
async function mayBindPort25(): Promise<boolean> {
  const server = createServer().listen(25, '127.0.110.25')
  return await once(server, 'listening').then(
    () => {
      server.close()
      return true
    },
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'EACCES'),
  )
}

const attempts = 20
const pauseMs = 2000

/** The lab's addresses are fixed: one at a time on a machine. */
async function startLab(): Promise<RelayProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await RelayProcess.startLab()
    } catch (error) {
      const taken =
        error instanceof Error && /another program has this port|in use/.test(error.message)
      if (!taken || attempt === attempts) throw error
      await delay(pauseMs)
    }
  }
}

test.runIf(await mayBindPort25())(
  'edge lab shows lines to try, delivers what one of them sends, and ends at SIGTERM with 0',
  async () => {
    const lab = await startLab()
    try {
      await expect.poll(() => lab.output, { timeout: 5000 }).toContain('To try:')
      expect(lab.output).toMatch(/^Lab: DNS at 127\.0\.0\.53:5353; mail servers/m)
      expect(lab.output).toMatch(/^ {2}25 +127\.0\.0\.1 +STARTTLS +Front End Transport /m)
      const line =
        /# delivered to the internal server\n +swaks --server (\S+):(\d+) --from (\S+) --to (\S+)\n/.exec(
          lab.output,
        )
      const [, host = '', port, from = '', to = ''] = line ?? []
      await using peer = await SmtpPeer.greeted({ host, port: Number(port) })
      const message = { from, to: [to], content: plainMessage('from the list') }
      expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
      await peer.command('QUIT')
      await expect
        .poll(() => lab.output, { timeout: 10_000 })
        .toContain(`lab: mail.contoso.test received a message from <${from}> to <${to}>\n`)
      expect(await lab.stop('SIGTERM')).toBe(0)
    } finally {
      await lab.stop()
      await rm(lab.folder, { recursive: true, force: true })
    }
  },
)
