import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import type { MailTransaction } from '../../../src/message/message-sink.ts'
import type { BackEndConnection } from '../../../src/proxy/back-end-connections.ts'
import { ProxiedMessage } from '../../../src/proxy/proxied-message.ts'
import { defaultClientTimeouts } from '../../../src/deliver/smtp/client-timeouts.ts'
import { SmtpClient } from '../../../src/deliver/smtp/smtp-client.ts'
import { replyText } from '../../../src/smtp/reply.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { frontEndSession } from '../../support/incoming.ts'
import { RecordedConnectivityLog } from '../../support/recorded-connectivity-log.ts'

const transaction: MailTransaction = {
  session: frontEndSession,
  envelope: { sender: '', body: '7BIT', smtpUtf8: false },
  limits: { maxHeaderSize: 65536, maxHopCount: 30, maxLocalHopCount: 8 },
}

/** A message whose back end is the other end of a pair of streams, with DATA under way. */
async function inContent() {
  const clock = new FakeClock()
  const [near, backEnd] = duplexPair()
  const log = { id: '0000000000000000', record: () => undefined }
  backEnd.write('220 back.example\r\n')
  const client = await SmtpClient.open(near, { clock, log, timeouts: defaultClientTimeouts })
  const target = { address: '127.0.0.1', port: 2525, tlsMode: 'StartTls' } as const
  const connection = {
    client,
    target,
    openedAt: 0,
    kept: false,
    needsReset: false,
    handedOver: undefined,
    connectivity: new RecordedConnectivityLog().session({ destination: '', description: '' }),
  }
  const givenBack: BackEndConnection[] = []
  const message = new ProxiedMessage(transaction, {
    connection,
    connections: { giveBack: (back) => givenBack.push(back) },
    clock,
  })
  const starting = message.startContent()
  await once(backEnd, 'data')
  backEnd.pause()
  backEnd.write('354 Go on\r\n')
  expect(await starting).toBeUndefined()
  return { message, backEnd, clock, givenBack }
}

test('holds the client back while the back end does not read', async () => {
  const { message, backEnd } = await inContent()
  const chunk = Buffer.alloc(16 * 1024, 'x')
  let taken = 0
  let waiting: void | Promise<void> = undefined
  while (waiting === undefined && taken < 1000) {
    waiting = message.write(Buffer.from(chunk))
    taken++
  }
  expect(taken).toBeLessThan(20)
  let resumed = false
  const going = Promise.resolve(waiting).then(() => (resumed = true))
  await new Promise(setImmediate)
  expect(resumed).toBe(false)
  backEnd.resume()
  await going
})

test('answers 451 when the back end takes nothing for too long', async () => {
  const { message, clock, givenBack } = await inContent()
  const waiting = message.write(Buffer.alloc(1024 * 1024))
  clock.advance(10 * 60_000)
  await waiting
  expect(replyText(await message.commit())).toBe(
    '451 4.7.0 Temporary server error. Please try again later. PRX5',
  )
  expect(givenBack.map(({ client }) => client.usable)).toEqual([false])
})

test('answers 451 when the final reply does not come in time', async () => {
  const { message, clock, backEnd } = await inContent()
  backEnd.resume()
  await message.write(Buffer.from('Subject: x\r\n\r\n'))
  const verdict = message.commit()
  await new Promise(setImmediate)
  clock.advance(10 * 60_000)
  expect(replyText(await verdict)).toMatch(/ PRX5$/)
})

test('gives its connection back once, whatever is called afterwards', async () => {
  const { message, backEnd, givenBack } = await inContent()
  let heard = ''
  backEnd.on('data', (data: Buffer) => {
    heard += data.toString()
    if (heard.endsWith('\r\n.\r\n')) backEnd.write('250 2.6.0 Queued\r\n')
  })
  backEnd.resume()
  expect(replyText(await message.commit())).toBe('250 2.6.0 Queued')
  message.abort()
  expect((await message.commit()).code).toBe(451)
  expect(givenBack).toHaveLength(1)
  expect(givenBack[0]).toMatchObject({ needsReset: false, client: { usable: true } })
})
