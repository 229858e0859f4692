/** How a lab mail server misbehaves towards a recipient. */
export type LabBehaviour =
  'tempfail' | 'permfail' | 'hang' | 'slow' | 'dropdata' | '421' | 'greylist' | 'toolarge'

/**
 * The behaviours with what each does, for people. The local part of a recipient's address asks for
 * one: `tempfail@good.test`, and also `tempfail+anything@good.test`.
 */
export const labBehaviours: Readonly<Record<LabBehaviour, string>> = {
  tempfail: 'RCPT is answered 451 4.3.0 every time',
  permfail: 'RCPT is answered 550 5.1.1',
  hang: 'RCPT is never answered',
  slow: 'RCPT is answered late',
  dropdata: 'the connection is closed in the middle of the content',
  '421': 'RCPT is answered 421 4.3.2 and the connection closed',
  greylist: 'RCPT is answered 451 4.7.1 the first time for a sender and recipient, then 250',
  toolarge: 'the content is answered 552 5.3.4',
}

/** What the local part asks for; undefined: an ordinary recipient. */
export function behaviourOf(address: string): LabBehaviour | undefined {
  const localPart = address.slice(0, Math.max(0, address.lastIndexOf('@')))
  const [name = ''] = localPart.toLowerCase().split('+')
  return Object.hasOwn(labBehaviours, name) ? (name as LabBehaviour) : undefined
}
