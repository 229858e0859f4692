import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mailboxConfig, smartHost } from '../support/relay-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { SystemShell } from '../support/system-shell.ts'
import { until } from '../support/until.ts'

const address = '127.0.148.1'
const header = 'RecipientType,Name,EmailAddresses,ExternalEmailAddress,Members'
let relay: RelayProcess
let shell: SystemShell

beforeAll(async () => {
  relay = await RelayProcess.start({
    config: mailboxConfig({
      address,
      connector: { TarpitInterval: '00:00:00' },
      sendConnectors: smartHost('*', { address: '127.0.148.2', port: 25 }),
      more: '\nDirectory: { File: recipients.csv }\n',
    }),
  })
  shell = new SystemShell(join(relay.folder, 'server.yaml'))
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
})

/** What RCPT says at the front end, and at the Transport service itself where strangers may ask there. */
async function rcpt(name: string, port = 25): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  await peer.command('MAIL FROM:<x@fabrikam.test>')
  return await peer.command(`RCPT TO:<${name}@contoso.test>`)
}

const ok = '250 2.1.5 Recipient OK'
const notFound =
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'

test('a server that waits for its file of recipients answers 451, then by what the file says', async () => {
  expect(await rcpt('julie')).toBe('451 4.4.3 Temporary server error. Please try again later')
  expect(await rcpt('postmaster')).toBe(ok)
  expect(relay.output).toContain('there is no such file')
  const file = join(relay.folder, 'recipients.csv')
  await writeFile(file, `${header}\nUserMailbox,Julie,julie@contoso.test,,\n`)
  await until(async () => (await rcpt('julie')) === ok, 100)
  expect(await rcpt('david')).toBe(notFound)
  const lines = relay.lineCount
  await writeFile(file, `${header}\nUserMailbox,Julie,julie,,\n`)
  await relay.logged(({ msg }) => msg.includes('the recipients that were in effect stay'), lines)
  expect(await rcpt('julie')).toBe(ok)
  await writeFile(
    file,
    `${header}\nUserMailbox,Julie,julie@contoso.test,,\nUserMailbox,Emma,emma@contoso.test,,\n`,
  )
  await until(async () => (await rcpt('emma')) === ok, 100)
})

test('recipients made by a cmdlet are there when the prompt returns, and shown beside those of the file', async () => {
  expect(
    await shell.errorsOf(
      'New-RemoteMailbox David -RemoteRoutingAddress david@contoso.onmicrosoft.test',
    ),
  ).toBe('')
  expect(await rcpt('david')).toBe(ok)
  expect(await shell.errorsOf('New-DistributionGroup Team -Members David,emma@contoso.test')).toBe(
    '',
  )
  expect(await rcpt('team')).toBe(ok)
  expect(await shell.errorsOf('Set-AcceptedDomain contoso.test -AddressBookEnabled $false')).toBe(
    '',
  )
  expect(await rcpt('anybody')).toBe(ok)
})
