import { isIP } from 'node:net'
import type { QueueView } from '../../../queue/scheduler/queue-views.ts'
import { type QueueKey, isDeliveryQueue, queueKeyText } from '../../../queue/queue-key.ts'
import { type Cmdlet, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { text } from '../../shell/parameter-types.ts'
import { tellSilent } from './queue-answers.ts'
import type { QueueServer } from './queue-server.ts'
import { requireThisServer, serverParameter } from '../configuration/this-server.ts'

/** A host by its name or address. */
const hostName: ParameterType<string> = {
  name: 'Fqdn',
  convert: (argument) => {
    const given = text.convert(argument)
    if ('problem' in given) return given
    const bare = given.value.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1')
    if (isIP(bare) !== 0) return { value: bare }
    const isName = /^(?=.{1,255}$)[\w-]+(?:\.[\w-]+)*$/.test(given.value)
    if (isName) return { value: given.value.toLowerCase() }
    return { problem: `"${given.value}" is neither the name nor the address of a host.` }
  },
}

/** Redirect-Message. */
export function redirectMessage(server: QueueServer): Cmdlet {
  return defineCmdlet({
    name: 'Redirect-Message',
    synopsis: 'Moves what waits in the delivery queues to another server.',
    description:
      'The messages wait for the target in a queue of their own (SmtpRelayToServers) and go to its port 25. Suspended queues and messages stay, and so do those in Submission and Unreachable, in transmission, and to come. Retry-Queue -Resubmit $true sends them their usual way again, as long as the target does not answer.',
    parameters: {
      Server: parameter(serverParameter.type, { help: serverParameter.help, required: true }),
      Target: parameter(hostName, {
        help: 'The name or the address of the server that gets the messages.',
        required: true,
      }),
    },
    confirms: 'always',
    examples: [
      {
        code: 'Redirect-Message -Server EDGE01 -Target edge02.contoso.com',
        text: 'Before the server is taken out of service: its queues, to another one.',
      },
    ],
    async *run({ given }, context) {
      requireThisServer(given.Server, await server.server())
      const target = await server.redirectionTo(given.Target)
      const drained: QueueView[] = []
      for await (const view of server.queues({}, tellSilent(context))) {
        if (isDrained(view, target)) drained.push(view)
      }
      const [staying, moving] = [
        drained.filter(isSuspended),
        drained.filter((v) => !isSuspended(v)),
      ]
      for (const { Identity } of staying) {
        context.writeWarning(`The queue "${Identity}" is suspended; its messages stay.`)
      }
      if (moving.length === 0) {
        context.writeWarning('There are no messages in the delivery queues to redirect.')
        return
      }
      const sentence = `Redirecting the messages in ${countText(moving)} of server "${given.Server}" to "${given.Target}".`
      if (await context.confirmChange(sentence)) await server.redirect(target)
      yield* []
    },
  })
}

function isDrained({ key, MessageCount }: QueueView, target: QueueKey): boolean {
  return isDeliveryQueue(key) && MessageCount > 0 && queueKeyText(key) !== queueKeyText(target)
}

const isSuspended = ({ Status }: QueueView) => Status === 'Suspended'

function countText(queues: readonly QueueView[]): string {
  const [only] = queues
  return queues.length === 1 && only !== undefined
    ? `queue "${only.Identity}"`
    : `${queues.length} delivery queues`
}
