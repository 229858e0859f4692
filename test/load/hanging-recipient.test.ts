import { expect, test } from 'vitest'
import { type Milliseconds, second } from '../../src/base/time-span.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { manyFromOneSource, trustingEdge } from '../support/trusting-edge.ts'

const relayAt = { host: '127.0.143.1', port: 10_025 }
const hopAt = { address: '127.0.143.2', port: 10_026 }
/** What others in the queue may take. */
const limit: Milliseconds = 10 * second
const others = 5

/** Answers the replies that concern the recipient `hang` by silence. */
const hanging = {
  RCPT: {
    answers: { RCPT: (line: string) => (line.includes('hang@') ? 'hang' : '250 2.1.5 OK') },
    awaited: 'the reply to RCPT TO:<hang@inside.test> from 127.0.143.2:10026',
  },
  'the final dot': {
    answers: {
      content: (_: string, { lines }: { readonly lines: readonly string[] }) =>
        lines.some((line) => line.includes('hang@')) ? 'hang' : '250 2.6.0 Queued',
    },
    awaited: 'the reply to the end of the message from 127.0.143.2:10026',
  },
} as const

test.each(['RCPT', 'the final dot'] as const)(
  'a recipient that hangs at %s holds the others of its domain up for seconds only',
  async (stage) => {
    const { answers, awaited } = hanging[stage]
    await using hop = await FakeMx.start({ ...hopAt, answers })
    await using relay = await RelayProcess.start({
      services: ['Transport'],
      config: trustingEdge({
        ...{ address: relayAt.host, port: relayAt.port, connector: manyFromOneSource },
        sendConnectors: [smartHostConnector('Out', 'inside.test', hopAt)],
      }),
    })
    await using peer = await SmtpPeer.greeted(relayAt)
    const send = async (user: string) => {
      const content = plainMessage(`to ${user}`)
      await submit(peer, { from: 'ana@lucerne.example', to: [`${user}@inside.test`], content })
    }
    await send('hang')
    await hop.until(() => hop.sessions.length > 0)
    const begun = performance.now()
    for (let n = 0; n < others; n++) await send(`user${n}`)
    await hop.until(() => hop.messages.length >= others)
    const time = performance.now() - begun
    const line = `(Get-Queue -Include SmartHostConnectorDelivery).LastError; (Get-Message).LastError`
    const place = ['--data', relay.dataFolder]
    const { stdout } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
    console.log(`${stage}: the others after ${(time / second).toFixed(2)} s\n${stdout}`)
    expect(time).toBeLessThan(limit)
    const told = stdout.trim().split('\n')
    expect(told).toHaveLength(2)
    for (const each of told) expect(each).toContain(`Waiting for ${awaited} since 20`)
  },
  60 * second,
)
