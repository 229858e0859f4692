import { labUsers } from './lab-accounts.ts'
import type { LabLayout } from './lab-layout.ts'

/** A command to try and what comes of it. */
export interface SwaksLine {
  readonly command: string
  readonly expect: string
}

type Try = readonly [arguments: string, expect: string]

/** Mail from outside, without a password. */
const anonymous: readonly Try[] = [
  ['--from bob@good.test --to alice@contoso.test', 'delivered to the internal server'],
  ['--from bob@good.test --to eve@good.test', 'refused at RCPT: 550 5.7.54, no relaying'],
  ['--from bob@good.test --to permfail@contoso.test', 'accepted, then an NDR to bob@good.test'],
  [
    '--from bob@good.test --to alice@contoso.test --auth-user alice --auth-password wrong --tls',
    'refused at AUTH: 535 5.7.3',
  ],
]

/** Where a user's mail may go, and how each place behaves. */
const destinations: readonly (readonly [recipient: string, expect: string])[] = [
  ['bob@good.test', 'delivered to mx1.good.test'],
  ['bob@equal.test', 'delivered to mx1 or mx2, about as often to each'],
  ['bob@deadfirst.test', 'delivered to mx2: the preferred host is down'],
  ['bob@aonly.test', 'delivered to mx1 by its address, without an MX'],
  ['bob@aliasmx.test', 'delivered to mx1 through an alias'],
  ['bob@many.test', 'delivered to mx1; the DNS answer comes over TCP'],
  ['bob@slow.test', 'delivered to mx1 after a slow DNS answer'],
  ['bob@flaky.test', 'waits for the DNS, then delivered to mx1'],
  ['bob@partner.test', "delivered to the partner's smart host with a password over TLS"],
  ['bob@proxied.test', 'delivered to mx1 through the Front End Transport service'],
  ['bob@servfail.test', 'waits in Retry: the DNS fails'],
  ['bob@silent.test', 'waits in Retry: the DNS does not answer'],
  ['bob@alldead.test', 'waits in Retry: no host is up'],
  ['bob@mxnoaddress.test', 'not delivered: the mail host has no address'],
  ['bob@backup.test', 'waits in Retry: only hosts better than the relay itself may be tried'],
  ['bob@nosuch.test', 'NDR at once: the domain does not exist'],
  ['bob@nullmx.test', 'NDR at once: the domain takes no mail'],
  ['bob@loop.test', 'NDR at once: 5.4.6, the mail host is the relay itself'],
  ['tempfail@good.test', 'waits in Retry: 451 from mx1'],
  ['greylist@good.test', 'waits once, then delivered to mx1'],
  ['slow@good.test', 'delivered to mx1 after ten seconds'],
  ['hang@good.test', 'waits in Retry: mx1 does not answer RCPT'],
  ['421@good.test', 'waits in Retry: mx1 closes the connection'],
  ['dropdata@good.test', 'waits in Retry: mx1 closes the connection in the content'],
  ['permfail@good.test', 'NDR at once: 550 5.1.1 from mx1'],
  ['toolarge@good.test', 'NDR at once: 552 5.3.4 from mx1 after the content'],
  [
    'bob@good.test,permfail@good.test,bob@partner.test,alice@contoso.test',
    'three copies by three connectors, and one NDR',
  ],
]

/** The lines to try against the relay of a layout, from the plain case to the odd ones. */
export function swaksLines({ relay }: LabLayout): readonly SwaksLine[] {
  const [user] = labUsers
  const login = `--auth-user ${user.userName} --auth-password ${user.password} --from ${user.address}`
  const line = (port: number, text: string, expect: string): SwaksLine => ({
    command: `swaks --server ${relay.host}:${port} ${text}`,
    expect,
  })
  return [
    ...anonymous.map(([text, expect]) => line(25, text, expect)),
    line(587, `--from ${user.address} --to bob@good.test`, 'refused at MAIL: 530 5.7.57'),
    line(465, `--tls-on-connect ${login} --to bob@good.test`, 'delivered to mx1.good.test'),
    ...destinations.map(([to, expect]) => line(587, `--tls ${login} --to ${to}`, expect)),
  ]
}
