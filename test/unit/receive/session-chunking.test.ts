import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NotingSession } from '../../support/noting-session.ts'

/** An externally secured server, so that pipelining is free and nothing is held back. */
const settings = {
  AuthMechanism: 'ExternalAuthoritative',
  PermissionGroups: 'ExchangeServers',
  MaxProtocolErrors: 'unlimited',
}

const content = fc
  .array(fc.constantFrom('text', '.', '..', '\r\n', '\n', '\r', '\r\n.', 'x\r\n'), { maxLength: 8 })
  .map((pieces) => pieces.join(''))

const piece = fc.oneof(
  fc.constantFrom(
    'EHLO client.example\r\n',
    'MAIL FROM:<a@lucerne.example>\r\n',
    'RCPT TO:<b@contoso.example>\r\n',
    'RCPT TO:<c@elsewhere.example>\r\n',
    'RSET\r\n',
    'NOOP\r\n',
    'BOGUS\r\n',
    'BDAT 0 LAST\r\n',
    'NOOP\n',
    '\r\n',
  ),
  content.map((text) => `DATA\r\n${text}\r\n.\r\n`),
  content.map((text) => `BDAT ${text.length}\r\n${text}`),
  content.map((text) => `BDAT ${text.length} LAST\r\n${text}`),
  fc.string({ maxLength: 20 }),
)

async function run(chunks: readonly Buffer[]) {
  const noting = new NotingSession(settings)
  await noting.open()
  for (const chunk of chunks) {
    if (noting.notes.includes('close')) break
    await noting.sendAndWait(chunk)
  }
  noting.session.closed('Remote')
  return {
    replies: noting.written.join(''),
    contents: noting.sink.messages.map(({ content: text }) => text),
    begun: noting.sink.begun,
    ended: noting.sink.messages.length + noting.sink.aborted,
    faults: noting.notes.filter((note) => note.startsWith('fault')),
  }
}

function split(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (octets.length + 1)).sort((a, b) => a - b)
  const ends = [...places, octets.length]
  return ends
    .map((end, at) => octets.subarray(ends[at - 1] ?? 0, end))
    .filter((chunk) => chunk.length > 0)
}

test('a dialog does not depend on how the network cuts it, and every message ends once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 25 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      async (pieces, cuts) => {
        const octets = Buffer.from(`EHLO client.example\r\n${pieces.join('')}`)
        const whole = await run([octets])
        const cut = await run(split(octets, cuts))
        expect(cut).toEqual(whole)
        expect(whole.faults).toEqual([])
        expect(whole.ended).toBe(whole.begun)
        expect(whole.replies).toMatch(/^(?:\d{3}[ -][\x20-\x7e]*\r\n)+$/)
      },
    ),
    { numRuns: 300 },
  )
})
