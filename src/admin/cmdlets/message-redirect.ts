import { type Cmdlet, defineCmdlet, refused } from '../shell/cmdlet.ts'
import { ShellError } from '../shell/shell-error.ts'

/** Redirect-Message. */
export function redirectMessage(): Cmdlet {
  const alone = 'an Edge Transport server has no other server that it could hand its queues to.'
  return defineCmdlet({
    name: 'Redirect-Message',
    synopsis: 'Is not available: it drains the queues of one Mailbox server to another one.',
    parameters: { Server: refused(alone), Target: refused(alone) },
    examples: [
      {
        code: 'Retry-Queue -Filter {NextHopDomain -eq "fabrikam.com"} -Resubmit $true',
        text: 'What to do instead, once a Send connector names the other host.',
      },
    ],
    // eslint-disable-next-line @typescript-eslint/require-await -- it only fails
    async *run() {
      throw new ShellError(
        `Redirect-Message is not available: ${alone} To give a domain's mail to another host, change the Send connector and run Retry-Queue -Resubmit $true.`,
        { id: 'NotAvailable', category: 'NotImplemented' },
      )
    },
  })
}
