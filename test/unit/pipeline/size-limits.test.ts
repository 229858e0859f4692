import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { LiveValue } from '../../../src/base/live.ts'
import { transportConfigSchema } from '../../../src/dsn/transport-config.ts'
import type { SessionFacts } from '../../../src/message/message-sink.ts'
import { Categorizer } from '../../../src/pipeline/categorizer.ts'
import { QueueSubmission } from '../../../src/pipeline/submission.ts'
import { replyText } from '../../../src/smtp/reply.ts'
import { anonymousSession, mailTransaction, sendMessage } from '../../support/incoming.ts'
import { RecordingStore } from '../../support/recording-store.ts'
import { routingTables } from '../../support/routing-tables.ts'

const user: SessionFacts = {
  ...anonymousSession,
  principal: { kind: 'User', userName: 'ann', addresses: [] },
}
const bypass = new Set([...anonymousSession.permissions, 'BypassMessageSizeLimit'] as const)
const server: SessionFacts = {
  ...anonymousSession,
  principal: { kind: 'ExchangeServer', name: 'mbx' },
  permissions: bypass,
}

const fixedMaximum = '552 5.3.4 Message size exceeds fixed maximum message size'
const sendLimit =
  '550 5.2.3 RESOLVER.RST.SendSizeLimit.Org; message too large for this organization'

/** A server with these limits, and how it answers a message of some 1,100 octets. */
function limited(sizes: { readonly MaxReceiveSize?: number; readonly MaxSendSize?: number }) {
  const store = new RecordingStore()
  const submission = new QueueSubmission({
    store,
    categorizer: new Categorizer({ tables: new LiveValue(routingTables(['corp.example'], [])) }),
    transportConfig: new LiveValue(transportConfigSchema.parse(sizes)),
    server: { Fqdn: 'edge01.corp.example' },
    clock: systemClock,
    newGuid: () => 'guid',
    enqueue: () => undefined,
    onFault: (what) => expect.fail(what),
  })
  return {
    store,
    announce: (session: SessionFacts, declaredSize: number) => {
      const answer = submission.begin(mailTransaction({ session, declaredSize }))
      return 'code' in answer ? replyText(answer) : 'taken'
    },
    send: async (session: SessionFacts) =>
      await sendMessage(submission, {
        recipients: ['a@corp.example'],
        content: ['Subject: large\r\n\r\n', 'x'.repeat(900), 'y'.repeat(200), 'z'],
        transaction: { session },
      }),
  }
}

describe.each([
  ['MaxReceiveSize', anonymousSession, fixedMaximum],
  ['MaxReceiveSize', user, fixedMaximum],
  ['MaxSendSize', user, sendLimit],
] as const)('%s', (setting, session, refusal) => {
  test(`holds at MAIL and while content arrives for ${session.principal.kind}`, async () => {
    const { announce, send, store } = limited({ [setting]: 1000 })
    expect(announce(session, 1000)).toBe('taken')
    expect(announce(session, 1001)).toBe(refusal)
    expect(await send(session)).toBe(refusal)
    expect([store.aborted, store.messages]).toEqual([1, []])
    expect(await limited({ [setting]: 2000 }).send(session)).toMatch(/^250 /)
  })
})

test('who may pass all limits passes them', async () => {
  const { send } = limited({ MaxReceiveSize: 1000, MaxSendSize: 1000 })
  expect(await send(server)).toMatch(/^250 /)
  expect(await send({ ...anonymousSession, permissions: bypass })).toMatch(/^250 /)
})

test('MaxSendSize is not for strangers', async () => {
  expect(await limited({ MaxSendSize: 1000 }).send(anonymousSession)).toMatch(/^250 /)
})

test('for a sender of the organisation the narrower limit counts', async () => {
  expect(await limited({ MaxSendSize: 1000, MaxReceiveSize: 800 }).send(user)).toBe(fixedMaximum)
  expect(await limited({ MaxSendSize: 800, MaxReceiveSize: 1000 }).send(user)).toBe(sendLimit)
})
