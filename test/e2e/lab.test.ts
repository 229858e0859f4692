import { once } from 'node:events'
import { readFile, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { blocks } from '../support/documentation.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authPlain, plainMessage, submit } from '../support/submit.ts'

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
async function startLab(...labArguments: Parameters<typeof RelayProcess.startLab>) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await RelayProcess.startLab(...labArguments)
    } catch (error) {
      const taken =
        error instanceof Error && /another program has this port|in use/.test(error.message)
      if (!taken || attempt === attempts) throw error
      await delay(pauseMs)
    }
  }
}

async function withLab(
  labArguments: Parameters<typeof RelayProcess.startLab>,
  work: (lab: RelayProcess) => Promise<void>,
): Promise<void> {
  const lab = await startLab(...labArguments)
  try {
    await work(lab)
    expect(await lab.stop('SIGTERM')).toBe(0)
  } finally {
    await lab.stop()
    await rm(lab.folder, { recursive: true, force: true })
  }
}

/** Sends as the first command that the lab shows under a title does. */
async function sendAsShown(lab: RelayProcess, title: string): Promise<string> {
  await expect.poll(() => lab.output, { timeout: 5000 }).toContain(`\n${title}:\n`)
  const command = lab.output.slice(lab.output.indexOf(`\n${title}:\n`))
  const [, host = '', port, from = '', to = ''] =
    /swaks -s (\S+):(\d+) .*?-f (\S+)[^-]*-t (\S+)\n/s.exec(command) ?? []
  await using peer = await SmtpPeer.greeted({ host, port: Number(port) })
  if (command.includes(' -au alice -ap lab-alice')) {
    await peer.startTls()
    await peer.command('EHLO client.test')
    await peer.command(authPlain('alice', 'lab-alice'))
  }
  const replies = await submit(peer, {
    from,
    to: [to],
    content: plainMessage('from the list', from),
  })
  await peer.command('QUIT')
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
  return `<${from}> to <${to}>: from the list\n`
}

/** `text` as a line of its own, however it was broken. */
const arrived = (lab: RelayProcess, text: string) =>
  expect
    .poll(() => lab.output.replaceAll(/\n {9}(?!\/)/g, ' '), { timeout: 10_000 })
    .toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${text}`, 'm'))

test.runIf(await mayBindPort25())(
  'edge lab shows lines to try, delivers what one of them sends, and ends at SIGTERM with 0',
  async () => {
    await withLab([], async (lab) => {
      const sent = await sendAsShown(lab, 'From outside')
      expect(lab.output).toMatch(/^ {2}127\.0\.0\.53:10053 +the DNS$/m)
      expect(lab.output).toMatch(/^ {2}25 +127\.0\.0\.1 +STARTTLS +Front End Transport /m)
      await arrived(lab, `mail\\.contoso\\.test received ${sent}`)

      const [shown = ''] = blocks('docs/commands.md', '').filter((block) =>
        block.startsWith('$ npx edge explain-route '),
      )
      const [command = '', ...told] = (shown.split('\n\n')[0] ?? '').split('\n')
      const folder = join(lab.dataFolder, 'lab')
      const env = { EDGE_CONFIG: join(folder, 'server.yaml'), EDGE_DATA: join(folder, 'data') }
      const explained = await runEdge(command.split(' ').slice(3), { env })
      expect(explained).toEqual({ code: 0, stdout: `${told.join('\n')}\n`, stderr: '' })
    })
  },
)

describe('edge lab without rights and with one address', () => {
  test.each([['--high-ports'], ['--layout', 'one-address']])(
    'delivers inside and to the Internet: %s %s',
    async (...args) => {
      await withLab([args.filter(Boolean)], async (lab) => {
        const inside = await sendAsShown(lab, 'From outside')
        await arrived(lab, `mail\\.contoso\\.test received ${inside}`)
        const outside = await sendAsShown(lab, 'As a user')
        await arrived(lab, `mx1\\.good\\.test received ${outside}`)
      })
    },
  )
})

test('edge lab --catch-all keeps what anyone sends to anyone, and tells of it', async () => {
  await withLab([['--catch-all', '--high-ports'], ['Transport']], async (lab) => {
    await expect.poll(() => lab.output, { timeout: 5000 }).toContain('Any sender, any recipient')
    await using peer = await SmtpPeer.greeted({ host: '127.0.0.1', port: 1025 })
    const foreign = {
      from: 'anyone@catch-all.test',
      to: ['tempfail@good.test', 'x@nosuch.test'],
      content: plainMessage('Grüße'),
    }
    expect((await submit(peer, foreign)).at(-1)).toMatch(/^250 2\.6\.0 /)
    // A client that insists on a log-in may be anyone, too.
    expect(await peer.command(authPlain('lab', 'lab'))).toMatch(/^235 /)
    const loggedIn = { from: 'other@elsewhere.test', to: ['z@z.test'], content: plainMessage('2') }
    expect((await submit(peer, loggedIn)).at(-1)).toMatch(/^250 2\.6\.0 /)
    await peer.command('QUIT')
    await arrived(
      lab,
      'catch-all received <anyone@catch-all\\.test> to <tempfail@good\\.test>, <x@nosuch\\.test>: Grüße\n',
    )
    await arrived(lab, 'catch-all received <other@elsewhere\\.test> to <z@z\\.test>: 2\n')
    const folder = join(lab.dataFolder, 'catch-all/messages')
    const kept = (await readdir(folder)).filter((file) => file.endsWith('.eml'))
    expect(kept).toHaveLength(2)
    expect(lab.output).toContain(`         ${join(folder, kept[0] ?? '')}\n`)
    const contents = await Promise.all(kept.map((file) => readFile(join(folder, file), 'utf8')))
    expect(contents.join()).toContain('the body of Grüße')
  })
})
