import { expect, test } from 'vitest'
import { FakeMx, type FakeSession } from '../support/fake-mx.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { testCertificate } from '../support/test-certificate.ts'
import { trustingEdge } from '../support/trusting-edge.ts'
import { until } from '../support/until.ts'

const address = '127.0.177.1'
const port = 10025

test('one reset handshake at a hop that wants TLS delays two messages, and returns neither', async () => {
  const MAIL = (_: string, { secured }: FakeSession) =>
    secured ? '250 2.1.0 OK' : '530 5.7.0 Must issue a STARTTLS command first'
  await using fake: FakeMx = await FakeMx.start({
    address: '127.0.177.2',
    tls: await testCertificate(['hop.example']),
    handshakeFault: (session) => (fake.sessions.indexOf(session) === 0 ? 'reset' : undefined),
    answers: { MAIL },
  })
  await using home = await FakeMx.start({ address: '127.0.177.3' })
  const hop = (host: string, { port: at }: FakeMx) => ({ address: host, port: at })
  const config = trustingEdge({
    ...{ address, port },
    sendConnectors: [
      smartHostConnector('To Home', 'home.example', hop('127.0.177.3', home)),
      smartHostConnector('To Hop', '*', hop('127.0.177.2', fake)),
    ],
    transportService: { QueueGlitchRetryInterval: '00:00:03' },
  })
  await using relay = await RelayProcess.start({ config, services: ['Transport'] })
  const send = async (to: string) => {
    await using peer = await SmtpPeer.greeted({ host: address, port })
    const content = plainMessage(`for ${to}`)
    await submit(peer, { from: 'ana@home.example', to: [to], content })
  }
  await send('one@far.example')
  const lastError = async () => {
    const line = 'Get-Queue | ForEach-Object { $_.LastError }'
    const shell = ['shell', '-NoColor', '-Data', relay.dataFolder, '-Command', line]
    return (await runEdge(shell)).stdout
  }
  await until(async () => (await lastError()).includes('TLS negotiation failed'))
  await send('two@far.example')
  await fake.until(() => fake.messages.length === 2)
  expect(fake.sessions.filter(({ messages }) => messages.length > 0)).not.toContainEqual(
    expect.objectContaining({ secured: false }),
  )
  expect(home.sessions).toEqual([])
})
