import { parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { oneOf } from '../../shell/parameter-types.ts'

const named = oneOf(['Hub', 'Edge', 'FrontEnd', 'MailboxSubmission', 'MailboxDelivery'])

/** The services that have agents, as the rest of the relay calls them. */
export type AgentService = 'Transport' | 'FrontendTransport'

/** The services by the names that Exchange's commands on agents have for them. */
const service: ParameterType<AgentService> = {
  ...named,
  values: ['Hub', 'Edge', 'FrontEnd'],
  convert: (argument) => {
    const given = named.convert(argument)
    if ('problem' in given) return given
    const { value } = given
    if (value === 'FrontEnd') return { value: 'FrontendTransport' }
    if (value === 'Hub' || value === 'Edge') return { value: 'Transport' }
    return { problem: 'There are no mailboxes: transport agents run in Hub, Edge and FrontEnd.' }
  },
}

/** `-TransportService` where it says whose agents, or whose log, is shown. */
export const transportServiceParameter = parameter(service, {
  help: 'The service whose agents are meant: Hub or Edge for the Transport service, which is meant without it, or FrontEnd.',
})

/** `-TransportService` of what holds for all services. */
export const anyTransportServiceParameter = parameter(service, {
  help: 'One of Hub, Edge and FrontEnd; agents are installed for all of them.',
})
