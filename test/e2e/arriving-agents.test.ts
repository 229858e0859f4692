import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeMx } from '../support/fake-mx.ts'
import { sendNumbered } from '../support/numbered-sender.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { until } from '../support/until.ts'

const address = '127.0.166.1'
const next = { address: '127.0.166.2', port: 10_025 }

/** Does with a message what its subject says. */
const obedient = `
export const agent = {
  onRcptCommand(event) {
    if (event.recipient.address.startsWith('alias@'))
      event.message.redirectRecipient(event.recipient.address, 'real@contoso.test')
  },
  async onEndOfData(event) {
    const { message } = event
    if (message.subject.includes('hold')) event.quarantine('it says so')
    if (message.subject.includes('delete')) event.discard('it says so')
    if (message.subject.includes('replace')) message.setBody('another body\\r\\n')
    if (message.subject.includes('throw')) throw new Error('it says so')
    if (message.subject.includes('copy')) message.addRecipient('second@contoso.test')
  },
  onSubmittedMessage({ message }) {
    message.header.add('X-Submitted', message.sender)
    message.sender = 'rewritten@contoso.test'
  },
}
`

let mx: FakeMx
let relay: RelayProcess
beforeAll(async () => {
  mx = await FakeMx.start({ ...next, capabilities: ['DSN', '8BITMIME'] })
  const folder = await mkdtemp(join(tmpdir(), 'edge-agents-'))
  await writeFile(join(folder, 'obedient.js'), obedient)
  const config = edgeConfig({
    address,
    sendConnectors: smartHost('*', next),
    more:
      'TransportService: { MessageTrackingLogPath: tracking }\n' +
      'TransportAgents:\n  - { Name: Obedient, Module: obedient.js }\n',
  })
  relay = await RelayProcess.start({ config, folder, services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await mx[Symbol.asyncDispose]()
})

const messages = () => mx.sessions.flatMap(({ messages: taken }) => taken)
const withSubject = (subject: string) =>
  messages().filter(({ content }) => content.includes(`\r\nSubject: ${subject}\r\n`))

async function shell(line: string): Promise<string> {
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const { code, stdout, stderr } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stderr, line).toBe('')
  expect(code, line).toBe(0)
  return stdout
}

async function send(subject: string, to = 'bob@contoso.test'): Promise<string | undefined> {
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  const mail = { from: 'ann@lucerne.test', to: [to], content: plainMessage(subject) }
  return (await submit(peer, mail)).at(-1)
}

test('what agents change in a session and in the categorizer arrives', async () => {
  expect(await send('replace and copy', 'alias@contoso.test')).toMatch(/^250 2\.6\.0 /)
  await until(() => withSubject('replace and copy').length > 0)
  const [message] = withSubject('replace and copy')
  expect(message?.recipients.join(' ')).toMatch(/<real@contoso\.test>.*<second@contoso\.test>/)
  expect(message?.mail).toContain('<rewritten@contoso.test>')
  expect(message?.content).toMatch(/\r\nX-Submitted: ann@lucerne\.test\r\n\r\nanother body\r\n$/)
})

test('a message that an agent quarantines is held until it is resumed', async () => {
  expect(await send('hold this')).toMatch(/^250 2\.6\.0 /)
  const held = await shell('Get-Message | Format-List Subject,Status,LastError')
  expect(held).toMatch(/Subject +: hold this/)
  expect(held).toMatch(/Status +: Suspended/)
  expect(held).toContain('Quarantined by Obedient: it says so')
  expect(withSubject('hold this')).toEqual([])
  await shell('Get-Message | Resume-Message -Confirm:$false')
  await until(() => withSubject('hold this').length > 0)
})

test('a message that an agent deletes is answered 250, and is dropped in the tracking log', async () => {
  expect(await send('delete this')).toMatch(/^250 2\.6\.0 .*Queued mail for delivery$/)
  const read = () =>
    shell('Get-MessageTrackingLog -MessageSubject "delete this" | Format-List EventId,Source')
  await until(async () => (await read()).includes('DROP'), 200)
  expect(await read()).toMatch(/EventId +: DROP\s+Source +: AGENT/)
  expect(withSubject('delete this')).toEqual([])
})

test('an agent that throws costs its message, which its sender is to send again', async () => {
  expect(await send('throw at this')).toBe(
    '451 4.7.0 Temporary server error. Please try again later. AGENT',
  )
  await relay.logged(({ msg }) => msg.startsWith('The agent Obedient failed at OnEndOfData'))
  expect(await send('fine again')).toMatch(/^250 2\.6\.0 /)
  await until(() => withSubject('fine again').length > 0)
})

test('nothing that was answered 250 is lost when the service is killed while agents work', async () => {
  const kills = new Set([30, 80, 130])
  const total = 180
  const { answered } = await sendNumbered({
    ...{ address, port: 25, recipient: 'bob@contoso.test' },
    ...{ messages: total, sessions: 6, size: 500 },
    onProgress(begun) {
      if (kills.delete(begun)) process.kill(relay.servicePid('Transport'), 'SIGKILL')
    },
  })
  expect(kills.size).toBe(0)
  const arrived = () =>
    new Set(messages().flatMap(({ content }) => /\r\nX-Number: (\d+)\r\n/.exec(content)?.[1] ?? []))
  await until(() => [...answered].every((number) => arrived().has(String(number))), 100)
  expect(answered.size).toBeGreaterThan(total / 2)
  const numbered = messages().filter(({ content }) => content.includes('\r\nX-Number: '))
  for (const { content } of numbered) expect(content.match(/X-Submitted: /g)).toHaveLength(1)
}, 120_000)
