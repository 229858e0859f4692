import type { Awaitable } from '../../base/awaitable.ts'
import type { DirectoryAnswer } from '../../directory/directory.ts'
import { isPostmaster } from '../../directory/postmaster.ts'
import { domainOf } from '../../message/envelope.ts'
import { directoryUnavailable, moderatedRecipient } from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { Conversation } from './conversation.ts'

/**
 * Whether a recipient is there, as far as it must be: in domains with an address book, as soon as there is any
 * directory data. A Reply refuses. What a front end of ours hands over it has looked up itself.
 */
export function checkIsKnown(
  conversation: Conversation,
  address: string,
): Awaitable<Reply | undefined> {
  const { directory, acceptedDomains } = conversation.services
  if (!directory.hasRecipients || conversation.isHandedOver || isPostmaster(address))
    return undefined
  if (!acceptedDomains.hasAddressBook(domainOf(address))) return undefined
  if (acceptedDomains.leadsOutside(address)) return undefined
  const answer = directory.find(address)
  return answer instanceof Promise
    ? answer.then((late) => judge(conversation, late))
    : judge(conversation, answer)
}

function judge(conversation: Conversation, answer: DirectoryAnswer): Reply | undefined {
  switch (answer.kind) {
    case 'found':
      return answer.recipient.moderated === true ? moderatedRecipient : undefined
    case 'unknown':
      return conversation.services.unknownRecipient
    case 'unavailable':
      conversation.log.note(`The directory cannot be asked: ${answer.reason}`)
      return directoryUnavailable
  }
}
