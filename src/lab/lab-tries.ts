import { labUsers } from './lab-accounts.ts'
import type { LabLayout } from './lab-layout.ts'

/** What can be tried by one command. */
export interface LabTries {
  readonly title: string
  /** A line for the system's shell, to the first of the recipients. */
  readonly command: string
  readonly recipients: readonly LabTry[]
}

export interface LabTry {
  /** One address, or several with commas. */
  readonly recipient: string
  /** What comes of it. */
  readonly expect: string
}

type Try = readonly [recipient: string, expect: string]
type Tries = readonly [Try, ...Try[]]

const fromOutside: Tries = [
  ['alice@contoso.test', 'delivered to the internal server'],
  ['eve@good.test', 'refused at RCPT: 550 5.7.54, no relaying'],
  ['permfail@contoso.test', 'accepted, then an NDR to bob@good.test'],
]

/** Where a user's mail may go, and how each place behaves. */
const fromUser: Tries = [
  ['bob@good.test', 'delivered to mx1.good.test'],
  ['bob@equal.test', 'delivered to mx1 or mx2, about as often to each'],
  ['bob@deadfirst.test', 'delivered to mx2: the preferred host is down'],
  ['bob@aonly.test', 'delivered to mx1 by its address, without an MX'],
  ['bob@aliasmx.test', 'delivered to mx1 through an alias'],
  ['bob@many.test', 'delivered to mx1; the DNS answer comes over TCP'],
  ['bob@slow.test', 'delivered to mx1 after a slow DNS answer'],
  ['bob@flaky.test', 'waits for the DNS, then delivered to mx1'],
  ['bob@partner.test', 'delivered to a smart host, with a password over TLS'],
  ['bob@proxied.test', 'delivered to mx1 through the Front End Transport'],
  ['bob@servfail.test', 'waits in Retry: the DNS fails'],
  ['bob@silent.test', 'waits in Retry: the DNS does not answer'],
  ['bob@alldead.test', 'waits in Retry: no host is up'],
  ['bob@mxnoaddress.test', 'not delivered: the mail host has no address'],
  ['bob@backup.test', 'waits: only hosts better than the relay are tried'],
  ['bob@nosuch.test', 'NDR at once: the domain does not exist'],
  ['bob@nullmx.test', 'NDR at once: the domain takes no mail'],
  ['bob@loop.test', 'NDR at once: 5.4.6, the mail host is the relay'],
  ['tempfail@good.test', 'waits in Retry: 451 from mx1'],
  ['greylist@good.test', 'waits once, then delivered to mx1'],
  ['slow@good.test', 'delivered to mx1 after ten seconds'],
  // In a domain each: nobody else's mail is to wait with them.
  ['hang@hang.test', 'waits in Retry: mx1 does not answer RCPT'],
  ['421@421.test', 'waits in Retry: mx1 closes the connection'],
  ['dropdata@dropdata.test', 'waits in Retry: mx1 closes it in the content'],
  ['permfail@good.test', 'NDR at once: 550 5.1.1 from mx1'],
  ['toolarge@good.test', 'NDR at once: 552 5.3.4 from mx1 after the content'],
]

/** What to try against the relay of a layout, from the plain case to the odd ones. */
export function labTries({ relay }: LabLayout): readonly LabTries[] {
  const [user] = labUsers
  const { smtp, submission, submissions } = relay.ports
  const server = (port: number) => `swaks -s ${relay.host}:${port}`
  const login = `-au ${user.userName} -ap ${user.password} -f ${user.address}`
  const tries = (title: string, command: string, recipients: Tries): LabTries => ({
    title,
    command: `${command} -t ${recipients[0][0]}`,
    recipients: recipients.map(([recipient, expect]) => ({ recipient, expect })),
  })
  return [
    tries('From outside', `${server(smtp)} -f bob@good.test`, fromOutside),
    tries('As a user, over TLS from the first octet on', `${server(submissions)} -tlsc ${login}`, [
      ['bob@good.test', 'delivered to mx1.good.test'],
      ['bob@good.test,alice@contoso.test', 'two copies by two connectors'],
    ]),
    tries('As a user who does not log in', `${server(submission)} -f ${user.address}`, [
      ['bob@good.test', 'refused at MAIL: 530 5.7.57'],
    ]),
    tries(
      'With a wrong password',
      `${server(smtp)} -tls -au ${user.userName} -ap wrong -f bob@good.test`,
      [['alice@contoso.test', 'refused at AUTH: 535 5.7.3']],
    ),
    // The longest stands last, for it leaves no room on the screen for others.
    tries('As a user', `${server(submission)} -tls ${login}`, fromUser),
  ]
}
