import type { HeaderBlock } from '../../message/header-block.ts'

/** Mail that nobody wrote: a note that somebody is away, another answer of a program, or what a rule forwarded. */
export type AutomaticKind = 'out-of-office' | 'reply' | 'forward'

/** Exchange's mailboxes write so in their out-of-office notes. */
const mailboxRules = 'mailbox rules agent'

/**
 * What a message says of itself without doubt (RFC 3834 5, RFC 5230 5.8, RFC 2156 5.3.1 and Exchange's own
 * fields); undefined for anything else. Notifications of delivery and of reading are no answers.
 */
export function automaticKind(header: HeaderBlock): AutomaticKind | undefined {
  const value = (name: string) => header.value(name)?.toLowerCase() ?? ''
  if (value('content-type').startsWith('multipart/report')) return undefined
  const submitted = value('auto-submitted')
  switch (/^[a-z-]*/.exec(submitted)?.[0]) {
    case 'auto-replied':
      return submitted.includes('vacation') ? 'out-of-office' : 'reply'
    case 'auto-generated':
      return value('x-ms-exchange-generated-message-source') === mailboxRules
        ? 'out-of-office'
        : undefined
    default:
      return isForwarded(value) ? 'forward' : undefined
  }
}

function isForwarded(value: (name: string) => string): boolean {
  return value('autoforwarded') === 'true' || value('x-ms-exchange-inbox-rules-loop') !== ''
}
