import { plainText } from '../../message/header-text.ts'
import type { RecipientResult } from '../../queue/delivery-agent.ts'
import type { CopyRecipient } from '../../queue/stored-message.ts'

const beginnings = { delivered: '250 2.0.0', retry: '451 4.3.0', failed: '554 5.0.0' } as const
const shapes = { delivered: /^2\d\d /, retry: /^4\d\d /, failed: /^5\d\d / } as const
const longestReply = 1000

/**
 * What a module said became of the recipients; undefined when that is nothing that its contract knows. Who is left out
 * is tried again.
 */
export function outcomesOf(
  given: unknown,
  recipients: readonly CopyRecipient[],
): readonly RecipientResult[] | undefined {
  if (given === undefined)
    return recipients.map((recipient) => resultOf(recipient, 'delivered', ''))
  if (!Array.isArray(given)) return undefined
  const said = new Map<string, { readonly outcome: Kind; readonly reply: string }>()
  for (const each of given as readonly unknown[]) {
    const read = readOutcome(each)
    if (read === undefined) return undefined
    said.set(read.recipient, read)
  }
  return recipients.map((recipient) => {
    const found = said.get(recipient.address)
    return found === undefined
      ? resultOf(recipient, 'retry', 'The delivery agent did not say what became of the recipient')
      : resultOf(recipient, found.outcome, found.reply)
  })
}

type Kind = keyof typeof beginnings

function readOutcome(value: unknown) {
  if (typeof value !== 'object' || value === null) return undefined
  const { recipient, outcome, reply = '' } = value as Readonly<Record<string, unknown>>
  if (typeof recipient !== 'string' || typeof reply !== 'string' || !isKind(outcome))
    return undefined
  return { recipient, outcome, reply }
}

function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(beginnings, value)
}

/** A reply without a fitting code gets one. */
function resultOf(recipient: CopyRecipient, outcome: Kind, said: string): RecipientResult {
  const text = plainText(said, longestReply)
  const reply = shapes[outcome].test(text) ? text : `${beginnings[outcome]} ${text}`.trim()
  return { recipient, outcome, reply }
}
