import { parameter } from '../../shell/cmdlet.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { oneOf } from '../../shell/parameter-types.ts'

const named = oneOf(['Hub', 'Edge', 'FrontEnd', 'MailboxSubmission', 'MailboxDelivery'])

/** The services by the names that Exchange's commands on agents have for them; agents run in one. */
const service: ParameterType<'Hub' | 'Edge'> = {
  ...named,
  values: ['Hub', 'Edge'],
  convert: (argument) => {
    const given = named.convert(argument)
    if ('problem' in given) return given
    const { value } = given
    if (value === 'Hub' || value === 'Edge') return { value }
    return { problem: 'Transport agents run in the Transport service only: Hub, or Edge.' }
  },
}

/** `-TransportService`. */
export const transportServiceParameter = parameter(service, {
  help: 'The service in which agents run: Hub, or Edge on an Edge server. Both mean the Transport service of this server.',
})
