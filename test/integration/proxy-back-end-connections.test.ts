import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { frontEnd, send, transaction, withoutChunking } from '../support/front-end.ts'
import { beginMessage, frontEndSession } from '../support/incoming.ts'

describe('connections to the back end', () => {
  test('serve one message after the other without RSET', async () => {
    const { fake, sink } = await frontEnd()
    await send(sink)
    await send(sink)
    expect(fake.sessions).toHaveLength(1)
    expect(fake.messages).toHaveLength(2)
    expect(fake.lines).not.toContain('RSET')
  })

  test('hear whose messages come only when that changes', async () => {
    const { fake, sink } = await frontEnd()
    const others = transaction(
      {},
      { session: { ...frontEndSession, sessionId: '08DD5A1122334402' } },
    )
    await send(sink)
    await send(sink)
    await send(sink, 'x\r\n', others)
    await send(sink, 'x\r\n', others)
    await send(sink)
    const told = fake.lines.filter((line) => line.startsWith('XPROXYFROM'))
    expect(told.map((line) => line.slice(0, 31))).toEqual([
      'XPROXYFROM SID=08DD5A1122334401',
      'XPROXYFROM SID=08DD5A1122334402',
      'XPROXYFROM SID=08DD5A1122334401',
    ])
    expect(fake.sessions).toHaveLength(1)
  })

  test('stay with the session that they served before', async () => {
    const { fake, sink } = await frontEnd()
    const sessions = ['08DD5A1122334401', '08DD5A1122334402'].map((sessionId) =>
      transaction({}, { session: { ...frontEndSession, sessionId } }),
    )
    const open = await Promise.all(sessions.map((mail) => sink.begin(mail)))
    for (const message of open) if (!('code' in message)) message.abort()
    for (const mail of [...sessions, ...sessions]) await send(sink, 'x\r\n', mail)
    expect(fake.sessions).toHaveLength(2)
    expect(fake.lines.filter((line) => line.startsWith('XPROXYFROM'))).toHaveLength(2)
  })

  test('are reset where a transaction was left open', async () => {
    const { fake, sink } = await frontEnd()
    const message = await beginMessage(sink, transaction())
    await message.addRecipient({ address: 'ben@corp.example' })
    message.abort()
    await send(sink)
    await send(sink)
    expect(fake.sessions).toHaveLength(1)
    expect(fake.lines.filter((line) => line === 'RSET')).toHaveLength(1)
    expect(fake.messages).toHaveLength(2)
  })

  test('are left when a client goes away in the middle of content behind DATA', async () => {
    const { fake, sink } = await frontEnd(withoutChunking)
    const message = await beginMessage(sink, transaction())
    await message.addRecipient({ address: 'ben@corp.example' })
    await message.startContent()
    await message.write(Buffer.from('Subject: half'))
    message.abort()
    await fake.until(() => fake.sessions[0]?.closed === true)
    expect(fake.messages).toEqual([])
  })

  test.each([
    ['in small content', transaction(), 1000],
    ['between chunks', transaction({ body: 'BINARYMIME' }), 100_000],
  ])('are reset when a client goes away %s', async (_, mail, size) => {
    const { fake, sink } = await frontEnd()
    const message = await beginMessage(sink, mail)
    await message.addRecipient({ address: 'ben@corp.example' })
    await message.startContent()
    await message.write(Buffer.alloc(size, 'x'))
    message.abort()
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.lines).toContain('RSET')
    expect(fake.messages).toHaveLength(1)
    expect(fake.sessions).toHaveLength(1)
  })

  test.each(['XPROXYFROM', 'MAIL'])(
    'that went stale are replaced unseen, even when they break only at %s',
    async (verb) => {
      const { fake, sink } = await frontEnd()
      await send(sink)
      const other = transaction(
        {},
        { session: { ...frontEndSession, sessionId: '08DD5A1122334402' } },
      )
      const [first] = fake.sessions
      fake.options = {
        ...fake.options,
        answers: { [verb]: (_, at) => (at === first ? 'drop' : '250 2.0.0 OK') },
      }
      expect(await send(sink, 'x\r\n', other)).toBe('250 2.6.0 Queued')
      expect(fake.sessions).toHaveLength(2)
      expect(fake.messages).toHaveLength(2)
    },
  )

  test('that the back end ended meanwhile are not used', async () => {
    const { fake, sink } = await frontEnd()
    await send(sink)
    const last = await beginMessage(sink, transaction())
    fake.options = { ...fake.options, answers: { RSET: 'drop' } }
    last.abort()
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.sessions).toHaveLength(2)
  })

  test('have three lines in the connectivity log, and one id in both logs', async () => {
    const { sink, log, connectivityLog, connections } = await frontEnd()
    await send(sink, 'x'.repeat(1000))
    await send(sink, 'x'.repeat(2000))
    await connections.close()
    const [only, ...others] = connectivityLog.sessions
    expect(others).toEqual([])
    expect(only?.destination).toBe('internalproxy')
    expect(only?.records).toEqual([
      '+ Undefined Inbound Proxy Internal Send Connector;Starting outbound connection for inbound session 08DD5A1122334401',
      '> Established connection to 127.0.0.1',
      expect.stringMatching(/^- 1[12]\d\d\/1 2[12]\d\d\/1 \(\)$/),
    ])
    expect(log.sessions[0]?.options.id).toBe(only?.id)
  })

  test('are closed with QUIT after some idle seconds', async () => {
    const { fake, sink } = await frontEnd({}, { keepFor: 20 })
    await send(sink)
    await fake.until(() => fake.sessions[0]?.closed === true)
    expect(fake.lines.at(-1)).toBe('QUIT')
  })

  test('are not used for long, so that no ConnectionTimeout ends a message', async () => {
    let passed = 0
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + passed }
    const { fake, sink } = await frontEnd({}, { clock })
    await send(sink)
    passed = 61_000
    await send(sink)
    expect(fake.sessions).toHaveLength(2)
  })

  test('are closed with QUIT when the service stops, and none is kept afterwards', async () => {
    const { fake, sink, connections } = await frontEnd()
    await send(sink)
    await connections.close()
    expect(fake.lines.at(-1)).toBe('QUIT')
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    await fake.until(() => fake.sessions[1]?.closed === true)
  })

  test('are as many as there are messages at once', async () => {
    const { fake, sink } = await frontEnd()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(sink)))
    expect(new Set(answers)).toEqual(new Set(['250 2.6.0 Queued']))
    expect(fake.sessions).toHaveLength(8)
    expect(fake.messages).toHaveLength(8)
  })

  test('speak in turn with a back end that does not pipeline', async () => {
    const { fake, sink } = await frontEnd({ capabilities: [] })
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.messages).toHaveLength(1)
  })
})
