import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { blocks } from '../support/documentation.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { until } from '../support/until.ts'

const address = '127.0.131.1'

let host: LabMailServer
let relay: RelayProcess
beforeAll(async () => {
  host = await startLabMailServer({ hostname: 'mx.inside.example', address: '127.0.131.2' })
  const config = `
Server: { Name: EDGE01, Fqdn: edge01.relay.example, Role: Edge }
AcceptedDomains: [{ DomainName: inside.example }]
ReceiveConnectors:
  - Name: Main
    Bindings: ${address}:10025
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
    MessageRateLimit: unlimited
    MaxInboundConnectionPerSource: unlimited
SendConnectors:
  - Name: Inside
    AddressSpaces: inside.example
    DNSRoutingEnabled: false
    SmartHosts: '[${host.address}]'
    Port: ${host.port}
`
  relay = await RelayProcess.start({ config, services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await host.close()
})

/** What a line of the shell gives; it must not fail. */
async function shell(line: string): Promise<string> {
  const where = ['--config', join(relay.folder, 'server.yaml'), '--data', relay.dataFolder]
  const { stdout, stderr } = await runEdge(['shell', ...where, '-Command', line])
  expect(stderr).toBe('')
  return stdout
}

/** The last reply for a message that is sent on a connection of its own. */
async function send(content: string): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: address, port: 10025 })
  const replies = await submit(peer, {
    ...{ from: 'sender@sender.example', to: ['ann@inside.example'], content },
  })
  return replies.at(-1) ?? ''
}

const lastSubject = () => host.messages.at(-1)?.subject

const withProgram = `Subject: a program
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename=run.exe

MZ
--b--
`.replaceAll('\n', '\r\n')

describe('the agent that the chapter prints', () => {
  const [source = ''] = blocks('docs/agents.md', 'ts')
  const [printed = ''] = blocks('docs/agents.md', '')
  const lines = [...printed.matchAll(/^\[PS\] EDGE01> (.*)$/gm)].map(([, line = '']) => line)

  test('is the one that is checked like our own code', async () => {
    const file = new URL('../fixtures/agents/word-filter.ts', import.meta.url)
    expect(source).toBe(await readFile(file, 'utf8'))
  })

  test('is installed on a running server by the lines that it prints', async () => {
    expect(await send(plainMessage('a lottery before'))).toMatch(/^250 /)
    await writeFile(join(relay.folder, 'word-filter.ts'), source)
    const installing = lines.filter((line) => /^(?:Install|Set|Enable)-/.test(line))
    expect(installing).toHaveLength(3)
    for (const line of installing) await shell(line)
    await host.received(1, AbortSignal.timeout(10_000))
    expect(lastSubject()).toBe('a lottery before')
  })

  test('refuses a word', async () => {
    expect(await send(plainMessage('the lottery'))).toBe(
      '554 5.7.1 Mail about a lottery is not taken here\r\n'.trimEnd(),
    )
  })

  test('marks what comes from outside', async () => {
    expect(await send(plainMessage('hello'))).toMatch(/^250 2\.6\.0 /)
    await host.received(2, AbortSignal.timeout(10_000))
    expect(lastSubject()).toBe('[External] hello')
  })

  test('holds programs back, for an administrator to free', async () => {
    expect(await send(withProgram)).toMatch(/^250 2\.6\.0 /)
    expect(await shell('Get-Message | Format-List Subject,Status,LastError')).toMatch(
      /Subject +: a program\n+Status +: Suspended\n+LastError +: .*1 programs in it/,
    )
    await shell('Get-Message | Resume-Message')
    await host.received(3, AbortSignal.timeout(10_000))
    expect(lastSubject()).toBe('a program')
  })

  test('is shown by the other lines', async () => {
    const looking = lines.filter((line) => line.startsWith('Get-'))
    const [state = '', pipeline = '', log = ''] = await Promise.all(looking.map(shell))
    expect(state).toMatch(/State +: Running\nCalls +: 3\nFailures +: 0\nLastError +: *\n/)
    expect(pipeline).toMatch(/OnEndOfData +\{Word Filter\}/)
    expect(log).toMatch(/Word Filter OnEndOfData RejectMessage +554 5\.7\.1 Mail about a lottery/)
    expect(log).toMatch(/Word Filter OnEndOfData QuarantineMessage/)
    expect(log).toMatch(/Word Filter OnEndOfData ModifyHeaders/)
  })

  test('is uninstalled, and mail goes as before', async () => {
    await shell("Uninstall-TransportAgent 'Word Filter' -Confirm:$false")
    expect(await send(plainMessage('the lottery again'))).toMatch(/^250 /)
    await host.received(4, AbortSignal.timeout(10_000))
  })
})

describe('an agent with a fault', () => {
  const module = `
const faults = {
  throws() { throw new Error('no such table') },
  loops() { for (;;) {} },
  hangs: () => new Promise(() => undefined),
  grows() { for (const all = new Map();;) all.set({}, 1) },
  fills() { for (const all = [];;) all.push(Buffer.alloc(1e6, 1)) },
  exits() { process.exit(3) },
}
export const agent = {
  onEndOfData: ({ message }) => faults[message.subject]?.(),
}
`
  const install = async (name: string) => {
    await writeFile(join(relay.folder, 'faulty.mjs'), module)
    await shell(
      `Install-TransportAgent ${name} -TransportAgentFactory default -AssemblyPath faulty.mjs -TimeLimit 0:0:2 -MaxMemory 64MB; Enable-TransportAgent ${name}`,
    )
  }

  test.each([
    ['throws', 'threw an error: no such table'],
    ['hangs', 'gave no answer within 2 s'],
    ['loops', 'gave no answer within 2 s and held up its process'],
    ['grows', 'took more memory than its MaxMemory (64 MB)'],
    ['fills', 'took more memory than its MaxMemory (64 MB)'],
    ['exits', 'ended its process (exit code 3)'],
  ])(
    'that %s costs its message alone: 451 for that one, and its name in the log',
    async (fault, reason) => {
      await install(fault)
      const [refused, ...others] = await Promise.all([
        send(plainMessage(fault)),
        ...['one', 'two', 'three'].map((subject) =>
          send(plainMessage(`beside ${fault} ${subject}`)),
        ),
      ])
      expect(refused).toBe('451 4.7.0 Temporary server error. Please try again later. AGENT')
      for (const reply of others) expect(reply).toMatch(/^250 2\.6\.0 /)
      await relay.logged(
        (line) => line['agent'] === fault && String(line['reason']).includes(reason),
      )
      const shown = await shell(`Get-TransportAgent ${fault} | Format-List State,LastError`)
      expect(shown.replaceAll(/\s+/g, ' ')).toContain(`LastError : ${reason}`)
      // The client comes again, with a message that is right.
      expect(await send(plainMessage('come again'))).toMatch(/^250 /)
      const state = await shell(`Get-TransportAgent ${fault} | Format-List State`)
      expect(state).toMatch(/State +: Running/)
      await shell(`Disable-TransportAgent ${fault}`)
    },
  )

  test('is gone with the service', async () => {
    await shell('Enable-TransportAgent throws')
    const service = relay.servicePid('Transport')
    const children = async () =>
      (await readFile(`/proc/${service}/task/${service}/children`, 'utf8')).trim().split(' ')
    const [agent = ''] = await children()
    expect(agent).toMatch(/^\d+$/)
    process.kill(service, 'SIGKILL')
    await until(async () => {
      const stat = await readFile(`/proc/${agent}/stat`, 'utf8').catch(() => ') Z ')
      return stat.includes(') Z ')
    })
  })
})
