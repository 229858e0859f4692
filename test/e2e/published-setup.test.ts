import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startLabDns } from '../../src/lab/lab-dns.ts'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const [outer, inner, inside] = ['127.0.121.11', '127.0.121.12', '127.0.121.13']
const hostname = 'mbxserver01.contoso.example'
const password = 'pass#word "1"'

test('an Edge server set up by the published lines alone passes mail on as they say', async () => {
  await using mailbox = await startLabMailServer({
    ...{ hostname, address: inside },
    auth: { userName: 'CONTOSO\\edge-relay', password },
  })
  await using dns = await startLabDns({
    ...{ address: inside, port: 0 },
    zones: { [hostname]: { a: [inside] } },
  })
  const folder = await mkdtemp(join(tmpdir(), 'edge-setup-'))
  const file = join(folder, 'server.yaml')
  await writeFile(file, 'Server: { Name: EDGE01, Fqdn: edge01.contoso.example, Role: Edge }\n')
  const script = `
Set-TransportService -InternalDNSServers ${dns.address}:${dns.port}
New-AcceptedDomain -Name Contoso -DomainName contoso.example
New-SendConnector -Name "To Internet" -AddressSpaces * -Usage Internet -DNSRoutingEnabled $true
New-SendConnector -Name "To Internal Org" -Usage Internal -AddressSpaces "--" -DNSRoutingEnabled $false -SmartHosts ${hostname} -Port ${mailbox.port} -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)
CONTOSO\\edge-relay
${password}
Set-ReceiveConnector -Identity "Default internal Receive connector EDGE01" -Name "From Internet" -Bindings ${outer}:10025
New-ReceiveConnector -Name "From Internal Org" -Usage Internal -AuthMechanism TLS,BasicAuth,BasicAuthRequireTLS,ExchangeServer -Bindings ${inner}:10025 -RemoteIPRanges 127.0.0.0/8
`
  const where = ['--config', file, '--data', join(folder, 'data')]
  const shell = await runEdge(['shell', ...where], { input: script })
  expect([shell.code, shell.stderr]).toEqual([0, ''])
  expect(shell.stdout).not.toContain(password)

  const config = await readFile(file, 'utf8')
  const authorities = join(folder, 'authorities.pem')
  await writeFile(authorities, mailbox.certificate)
  await using _relay = await RelayProcess.start({
    ...{ config, folder, services: ['Transport'] },
    env: { NODE_EXTRA_CA_CERTS: authorities },
  })
  await using internet = await SmtpPeer.greeted({ host: outer, port: 10025 })
  const mail = (to: string) => ({ from: 'a@far.example', to: [to], content: plainMessage('hello') })
  expect((await submit(internet, mail('b@contoso.example'))).at(-1)).toMatch(/^250 2\.6\.0 /)
  await mailbox.received(1, AbortSignal.timeout(15_000))
  expect(mailbox.messages[0]?.recipients.map(({ address }) => address)).toEqual([
    'b@contoso.example',
  ])

  await using stranger = await SmtpPeer.greeted({ host: inner, port: 10025 })
  expect(await stranger.command('MAIL FROM:<a@contoso.example>')).toMatch(/^530 5\.7\.57 /)
})
