import { day, hour, minute } from '../base/time-span.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { DsnAction } from './delivery-status.ts'

/** The words before the original subject. */
export const subjectPrefix: Readonly<Record<DsnAction, string>> = {
  failed: 'Undeliverable: ',
  delayed: 'Delivery delayed: ',
  relayed: 'Relayed: ',
  delivered: 'Delivered: ',
}

/** The first line of the text. */
export const openingLine: Readonly<Record<DsnAction, string>> = {
  failed: 'Delivery has failed to these recipients or groups:',
  delayed: 'Delivery is delayed to these recipients or groups:',
  relayed:
    'Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination server:',
  delivered: 'Your message has been delivered to the following recipients:',
}

const explanations: Readonly<Record<string, string>> = {
  '4.3.2': 'An administrator removed the message before it was delivered.',
  '4.4.1': 'The server of the recipient did not answer in time. Please try again later.',
  '4.4.7':
    'The message could not be delivered in the time allowed, because the server of the recipient could not be reached or did not take it. Please try again, or contact the recipient in another way.',
  '5.1.0': 'Your address was refused. Please contact the administrator of the recipient.',
  '5.1.1':
    "The e-mail address you entered couldn't be found. Please check it and send the message again.",
  '5.1.2': "The domain of the e-mail address couldn't be found. Please check its spelling.",
  '5.1.3': 'The e-mail address is not valid. Please check its spelling and send the message again.',
  '5.1.10':
    "The e-mail address couldn't be found, or its domain takes no mail. Please check it and send the message again.",
  '5.2.1': 'The mailbox of the recipient is not available at present.',
  '5.2.2': 'The mailbox of the recipient is full. Please try again later.',
  '5.2.3': 'The message is too large for the recipient. Please send it without attachments.',
  '5.3.4':
    'The message is too large to be delivered. Please make it smaller, or remove attachments, and send it again.',
  '5.4.1': 'No answer came from the server of the recipient.',
  '5.4.4': "The domain of the e-mail address couldn't be found. Please check its spelling.",
  '5.4.6':
    'The message went round in a loop between servers. Please contact the administrator of the recipient.',
  '5.5.3': 'The message has too many recipients. Please send it to fewer at a time.',
  '5.6.7': "The server of the recipient doesn't support international e-mail addresses.",
  '5.7.1':
    "You don't have permission to send to this recipient. Please contact the administrator of the recipient.",
  '5.7.54':
    "The server of the recipient doesn't relay mail for this domain. Please contact its administrator.",
}

const byClass: Readonly<Record<string, string>> = {
  '5.1': 'There is a problem with the e-mail address. Please check it and send the message again.',
  '5.2': 'There is a problem with the mailbox of the recipient. Please try again later.',
  '5.7': 'The message was refused by the security or policy settings of the recipient.',
}

const unknownFailure =
  'A problem occurred and the message could not be delivered. If it persists, please contact your administrator.'

/** What a failure means to a person, by its status code; the detail follows in the diagnostic part. */
export function explainFailure(status: string): string {
  return explanations[status] ?? byClass[status.slice(0, 3)] ?? unknownFailure
}

/** What a delay means: how long the server goes on trying. */
export function explainDelay(remaining: Milliseconds): string[] {
  return [
    "This message hasn't been delivered yet. Delivery will continue to be attempted.",
    '',
    `The server will keep trying to deliver this message for the next ${longTimeSpan(remaining)}. You'll be notified if the message can't be delivered by that time.`,
  ]
}

/** `1 days, 19 hours and 53 minutes`. */
function longTimeSpan(span: Milliseconds): string {
  const left = Math.max(0, span)
  const days = Math.floor(left / day)
  const hours = Math.floor((left % day) / hour)
  const minutes = Math.floor((left % hour) / minute)
  return `${days} days, ${hours} hours and ${minutes} minutes`
}
