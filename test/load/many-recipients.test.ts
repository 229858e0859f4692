import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { type Milliseconds } from '../../src/base/time-span.ts'
import { processMemory } from '../support/process-memory.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { tempFolder } from '../support/temp-folder.ts'

const address = '127.0.147.1'
const count = 100_000
const megabyte = 1024 ** 2

function csv(recipients: number): string {
  const rows = Array.from({ length: recipients }, (_, n) => {
    const addresses = `SMTP:given.name${n}@contoso.test;smtp:u${n}@contoso.test`
    return n % 4 === 0
      ? `RemoteMailbox,Name ${n},${addresses},SMTP:given.name${n}@contoso.onmicrosoft.test,`
      : `UserMailbox,Name ${n},${addresses},,`
  })
  const head = 'RecipientType,Name,EmailAddresses,ExternalEmailAddress,Members'
  return `${head}\n${rows.join('\n')}\n`
}

const config = (file: string) => `
Server: { Name: EDGE01, Fqdn: edge01.contoso.test, Role: Edge }
AcceptedDomains: [{ DomainName: contoso.test }]
ReceiveConnectors:
  - Name: From Internet
    Bindings: ${address}:2525
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
    TarpitInterval: 00:00:00
    MaxProtocolErrors: unlimited
    MaxRecipientsPerMessage: 512000
Directory: { File: ${file} }
`

async function start(folder: string, recipients: number) {
  const file = join(folder, 'recipients.csv')
  await writeFile(file, csv(recipients))
  const relay = await RelayProcess.start({ config: config(file), services: ['Transport'] })
  const memory = () => processMemory(relay.servicePid('Transport'))
  return { file, relay, memory }
}

/** How long each of so many RCPTs took, one after the other, until `done` says it is enough. */
async function answers(done: (asked: number) => boolean): Promise<readonly Milliseconds[]> {
  await using peer = await SmtpPeer.greeted({ host: address, port: 2525 })
  const times: Milliseconds[] = []
  for (let n = 0; !done(n); n++) {
    if (n % 1000 === 0) {
      await peer.command('RSET')
      await peer.command('MAIL FROM:<x@fabrikam.test>')
    }
    const begun = performance.now()
    const answer = await peer.command(`RCPT TO:<u${(n * 7919) % (count + 1000)}@contoso.test>`)
    times.push(performance.now() - begun)
    expect(answer).toMatch(/^(250 2\.1\.5|550 5\.1\.1)/)
  }
  return times.toSorted((a, b) => a - b)
}

const shown = (times: readonly Milliseconds[]) =>
  [0.5, 0.99, 0.999]
    .map((share) => `p${share * 100} ${times[Math.floor(share * times.length)]?.toFixed(2)}`)
    .join(', ') + `, longest ${times.at(-1)?.toFixed(2)} ms`

test('100,000 recipients of a file are looked up at once, also while the file is read anew', async () => {
  const folder = await tempFolder()
  const one = await start(folder, 1)
  const few = await answers((asked) => asked >= 5000)
  const memoryOfOne = one.memory()
  await one.relay.stop()
  await one.relay[Symbol.asyncDispose]()

  const { file, relay, memory } = await start(folder, count)
  const calm = await answers((asked) => asked >= 20_000)
  const memoryOfMany = memory()
  const text = `${csv(count)}UserMailbox,New,new@contoso.test,,\n`
  let isRead = false
  const from = relay.lineCount
  const reading = relay
    .logged(({ msg }) => msg.includes(`${count + 1} recipients are in effect`), from)
    .then(() => (isRead = true))
  await writeFile(`${file}~`, text)
  await rename(`${file}~`, file)
  const begun = performance.now()
  const meanwhile = await answers(() => isRead)
  await reading
  const took = performance.now() - begun
  const afterwards = memory()
  const mb = (bytes: number) => `${Math.round(bytes / megabyte)} MB`
  console.log(`RCPT, 1 recipient: ${shown(few)}
RCPT, ${count} recipients: ${shown(calm)}
RCPT while the file is read anew (${Math.round(took)} ms): ${shown(meanwhile)}
resident ${mb(memoryOfOne.resident)} with one, ${mb(memoryOfMany.resident)} with ${count} (peak ${mb(memoryOfMany.peak)}), ${mb(afterwards.resident)} after a reload (peak ${mb(afterwards.peak)})`)
  await relay[Symbol.asyncDispose]()
  expect(calm[Math.floor(0.99 * calm.length)]).toBeLessThan(20)
  expect(meanwhile.at(-1)).toBeLessThan(1000)
  expect(afterwards.resident - memoryOfOne.resident).toBeLessThan(250 * megabyte)
})
