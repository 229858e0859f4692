import { cannotVerify, closing, help as helpReply, noopOk, resetting } from '../../smtp/replies.ts'
import { say } from './outcome.ts'
import type { Verb } from './verb.ts'

export const rset: Verb = {
  event: 'OnRsetCommand',
  idle: true,
  run(conversation) {
    conversation.abandonTransaction()
    return say(resetting)
  },
}

export const noop: Verb = { event: 'OnNoopCommand', idle: true, run: () => say(noopOk) }

/** Never tells whether a mailbox exists (RFC 5321 7.3). */
export const vrfy: Verb = { idle: true, run: () => say(cannotVerify) }

export const quit: Verb = {
  run: () => ({ kind: 'close', replies: [closing], goodbye: true }),
}

const basicVerbs = ['HELO', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'NOOP', 'QUIT', 'HELP', 'VRFY']

export const help: Verb = {
  event: 'OnHelpCommand',
  idle: true,
  run({ extensionFacts, connector }) {
    const { authenticated, encrypted } = extensionFacts
    const startTls = !encrypted && connector.AuthMechanism.includes('Tls')
    const auth = !authenticated && connector.AuthMechanism.includes('BasicAuth')
    const more = [
      startTls ? 'STARTTLS' : '',
      auth ? 'AUTH' : '',
      connector.ChunkingEnabled ? 'BDAT' : '',
    ]
    return say(helpReply([...basicVerbs, ...more.filter(Boolean)]))
  },
}
