import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeMx } from '../support/fake-mx.ts'
import { edgeConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

const address = '127.0.141.1'
const next = { address: '127.0.141.2', port: 10_025 }
const config = edgeConfig({
  address,
  sendConnectors: smartHost('*', next),
  more: 'TransportService: { MessageTrackingLogPath: tracking }\n',
})

const patience = { timeout: 15_000, interval: 200 }

let mx: FakeMx
let relay: RelayProcess
beforeAll(async () => {
  mx = await FakeMx.start({ ...next, capabilities: ['DSN', '8BITMIME'] })
  relay = await RelayProcess.start({ config, services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await mx[Symbol.asyncDispose]()
})

const folder = (name: string) => join(relay.dataFolder, name)
const names = async (name: string) => (await readdir(folder(name))).sort()
const messages = () => mx.sessions.flatMap(({ messages: taken }) => taken)
const withSubject = (subject: string) =>
  messages().find(({ content }) => content.includes(`\r\nSubject: ${subject}\r\n`))

/** As programs hand files over: written under another name, then renamed. */
async function drop(name: string, file: string, content: string): Promise<void> {
  const outside = join(relay.folder, file)
  await writeFile(outside, content)
  await rename(outside, join(folder(name), file))
}

async function shell(line: string): Promise<string> {
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const { code, stdout, stderr } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stderr, line).toBe('')
  expect(code, line).toBe(0)
  return stdout
}

test('the folders are there, and their owner’s alone', async () => {
  await until(async () => (await stat(folder('replay')).catch(() => undefined)) !== undefined)
  await until(async () => (await stat(folder('pickup')).catch(() => undefined)) !== undefined)
  for (const name of ['pickup', 'replay'])
    expect((await stat(folder(name))).mode & 0o777).toBe(0o700)
})

test('a letter in Pickup arrives, without Bcc, with a trace field, and is tracked', async () => {
  await drop(
    'pickup',
    'letter.eml',
    'From: Ana <ana@contoso.test>\nTo: joe@fabrikam.example\nBcc: eve@fabrikam.example\n' +
      'Received: from nowhere\nX-MS-Exchange-Organization-SCL: -1\nSubject: picked up\n\nbody\n',
  )
  await until(() => withSubject('picked up') !== undefined)
  const message = withSubject('picked up')
  expect(message?.mail).toMatch(/^MAIL FROM:<ana@contoso\.test>/)
  expect(message?.recipients.map((line) => /<[^>]*>/.exec(line)?.[0])).toEqual([
    '<joe@fabrikam.example>',
    '<eve@fabrikam.example>',
  ])
  expect(message?.content).toMatch(
    /^Received: from localhost by Pickup with Microsoft SMTP Server id [\d.]+;\r\n [^\r]+\r\nFrom: Ana <ana@contoso\.test>\r\nTo: joe@fabrikam\.example\r\nSubject: picked up\r\nMessage-ID: <[^>]+>\r\nDate: [^\r]+\r\n\r\nbody\r\n$/,
  )
  await expect.poll(() => names('pickup')).toEqual([])
  await expect
    .poll(
      () =>
        shell('Get-MessageTrackingLog -EventId RECEIVE | % { "$($_.Source) $($_.SourceContext)" }'),
      patience,
    )
    .toBe('PICKUP letter.tmp\n')
})

test('a file that is no message is left as .bad and told', async () => {
  await drop('pickup', 'note.eml', 'nothing but words\n')
  await relay.logged(({ msg }) => msg.includes('is no message: note.bad'))
  expect(await names('pickup')).toEqual(['note.bad'])
})

test('what cannot be delivered goes back to its sender', async () => {
  await drop(
    'pickup',
    'lost.eml',
    'From: ana@contoso.test\nTo: joe@[192.0.2.1]\nSubject: lost\n\nbody\n',
  )
  await until(() =>
    messages().some(({ content }) => content.includes('Subject: Undeliverable: lost')),
  )
  await expect.poll(() => names('pickup')).toEqual(['note.bad'])
})

test('a message in Replay goes with its envelope and without its X-headers', async () => {
  const file =
    'X-Sender: <ana@contoso.test> BODY=8BITMIME RET=HDRS ENVID=QQ314159\r\n' +
    'X-Receiver: <joe@fabrikam.example> NOTIFY=NEVER ORcpt=rfc822;joseph@fabrikam.example\r\n' +
    'X-CreatedBy: MSExchange15\r\nX-EndOfInjectedXHeaders: 200\r\n' +
    'Received: from somewhere; Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: x@y.example\r\nSubject: replayed\r\n\r\nbo\r\ndy'
  await drop('replay', 'r.eml', file)
  await until(() => withSubject('replayed') !== undefined)
  const message = withSubject('replayed')
  expect(message?.mail).toMatch(/^MAIL FROM:<ana@contoso\.test>.* RET=HDRS ENVID=QQ314159/)
  expect(message?.recipients[0]).toContain('NOTIFY=NEVER ORCPT=rfc822;joseph@fabrikam.example')
  expect(message?.content).toMatch(
    /^Received: from edge\.contoso\.test by Replay with [^]*Received: from somewhere; Mon[^]*\r\n\r\nbo\r\ndy\r\n$/,
  )
})

test('what Export-Message gives goes on with its envelope, octet by octet', async () => {
  mx.options = { ...mx.options, answers: { MAIL: '451 4.3.0 Later' } }
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  const lines = [
    'MAIL FROM:<ana@contoso.test> BODY=8BITMIME RET=HDRS ENVID=E1+2B',
    'RCPT TO:<joe@contoso.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;j+2Bo@contoso.test',
    'RCPT TO:<may@contoso.test> NOTIFY=NEVER',
  ]
  for (const line of [...lines, 'DATA']) expect(await peer.command(line)).toMatch(/^[23]/)
  const content = 'From: <ana@contoso.test>\r\nSubject: twice\r\n\r\nwith\ttabs, ä and \x7f\r\n'
  expect(await peer.command(`${content}.`)).toMatch(/^250 /)
  const file = join(relay.folder, 'twice.eml')
  const one = "-Filter {Subject -eq 'twice'}"
  await expect.poll(() => shell(`Get-Message ${one} | % Status`), patience).toBe('Retry\n')
  await shell(
    `Suspend-Message ${one}; Get-Message ${one} | Export-Message | AssembleMessage -Path '${file}'`,
  )
  await shell(`Remove-Message ${one} -WithNDR $false -Confirm:$false`)
  mx.options = { ...mx.options, answers: {} }
  await rename(file, join(folder('replay'), 'twice.eml'))
  await until(() => withSubject('twice') !== undefined)
  const message = withSubject('twice')
  expect(message?.mail).toMatch(/^MAIL FROM:<ana@contoso\.test>.* RET=HDRS ENVID=E1\+2B/)
  expect(message?.recipients).toEqual([
    'RCPT TO:<joe@contoso.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;j+2Bo@contoso.test',
    'RCPT TO:<may@contoso.test> NOTIFY=NEVER',
  ])
  const [, rest = ''] =
    /^Received: from edge\.contoso\.test by Replay [^]*?\r\n(?=\S)([^]*)/.exec(
      message?.content ?? '',
    ) ?? []
  expect(rest).toMatch(/^Received: from /)
  expect(rest).toContain('Subject: twice\r\nMessage-ID: <')
  expect(Buffer.from(rest.slice(rest.indexOf('\r\n\r\n')), 'latin1').toString()).toBe(
    '\r\n\r\nwith\ttabs, ä and \x7f\r\n',
  )
})

test('the folders follow the settings', async () => {
  const elsewhere = join(relay.folder, 'in')
  await mkdir(elsewhere)
  await shell(`Set-TransportService -PickupDirectoryPath '${elsewhere}' -ReplayDirectoryPath $null`)
  expect(
    await shell(
      'Get-TransportService | % { "$($_.PickupDirectoryPath) [$($_.ReplayDirectoryPath)]" }',
    ),
  ).toBe(`${elsewhere} []\n`)
  await writeFile(
    join(elsewhere, 'a.eml'),
    'From: ana@contoso.test\nTo: joe@x.example\nSubject: moved\n\n',
  )
  await drop('replay', 'b.eml', 'X-Sender: <>\n')
  await until(() => withSubject('moved') !== undefined)
  expect(await readFile(join(folder('replay'), 'b.eml'), 'utf8')).toBe('X-Sender: <>\n')
})
