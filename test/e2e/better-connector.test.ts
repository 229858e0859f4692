import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { moved, shippedConfig } from '../support/shipped-config.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const address = '127.0.111.51'
const dead = { address: '127.0.111.52', port: 10025 }
const live = { address: '127.0.111.53', port: 10025 }

function configWith(...connectors: readonly object[]): string {
  return shippedConfig({
    address,
    sections: {
      AcceptedDomains: [{ DomainName: 'inside.example' }, { DomainName: 'other.example' }],
      SendConnectors: connectors,
    },
  })
}

const general = smartHostConnector('To All', '*', dead)
const close = smartHostConnector('To Inside', 'inside.example', live)

async function send(subject: string, recipient: string): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
  const mail = { from: 'a@sender.example', to: [recipient], content: plainMessage(subject) }
  expect((await submit(peer, mail)).at(-1)).toMatch(/^250 /)
}

test.each([
  ['while it runs', true],
  ['between two starts', false],
])(
  'mail in Retry goes by a better connector that is made %s, and the rest waits on',
  async (_, isRunning) => {
    await using server = await startLabMailServer({ hostname: 'mail.inside.example', ...live })
    const first = await RelayProcess.start({ config: configWith(general) })
    const folder = first.folder
    await send('inside', 'b@inside.example')
    await send('other', 'b@other.example')
    const queues = async (relay: RelayProcess) =>
      (await runEdge(['Get-Queue', '--data', relay.dataFolder])).stdout
    await expect.poll(() => queues(first), { timeout: 15_000 }).toMatch(/ Retry +2 /)
    const config = configWith(general, close)
    if (!isRunning) expect(await first.stop()).toBe(0)
    else await writeFile(join(folder, 'server.yaml'), config)
    await using relay = isRunning ? first : await RelayProcess.start({ config, folder })
    await server.received(1, AbortSignal.timeout(15_000))
    await expect.poll(() => queues(relay), { timeout: 15_000 }).toMatch(/ Retry +1 /)
    expect(server.messageCount).toBe(1)
  },
)
