import { transportConfigSchema } from '../../../dsn/transport-config.ts'
import type { Cmdlet } from '../../shell/cmdlet.ts'
import { forceParameter } from '../../shell/common-parameters.ts'
import { ShellObject } from '../../values/value.ts'
import type { Configuration } from './configuration.ts'
import { sectionCmdlets } from './section-cmdlets.ts'
import { settingParameters } from './setting-parameters.ts'
import { shownSettings } from './transport-services.ts'

const help = {
  MaxReceiveSize: 'The largest message taken from anyone, such as 35MB, or unlimited.',
  MaxSendSize:
    'The largest message taken from senders of the organisation, who log in or come by a trusted connector, such as 25MB, or unlimited.',
  MaxRecipientEnvelopeLimit: 'The most recipients of one message, or unlimited.',
  InternalDelayDsnEnabled: 'Whether senders inside are told of a delay.',
  ExternalDelayDsnEnabled: 'Whether senders outside are told of a delay.',
  InternalDsnSendHtml: 'Whether reports to senders inside have a part in HTML.',
  ExternalDsnSendHtml: 'Whether reports to senders outside have a part in HTML.',
  InternalDsnMaxMessageAttachSize:
    'The largest message that is returned whole to a sender inside; of larger ones the header.',
  ExternalDsnMaxMessageAttachSize:
    'The largest message that is returned whole to a sender outside; of larger ones the header.',
  InternalDsnReportingAuthority:
    'The server named in reports to senders inside. $null: this server.',
  ExternalDsnReportingAuthority:
    'The server named in reports to senders outside. $null: this server.',
  ExternalPostmasterAddress:
    'The sender of reports. $null: postmaster at the default accepted domain.',
}

/** The commands on the settings for all mail. */
export function transportConfigCmdlets(configuration: Configuration): readonly Cmdlet[] {
  const section = 'TransportConfig'
  return sectionCmdlets(configuration, {
    section,
    title: 'transport configuration',
    ofServer: false,
    settings: settingParameters(section, transportConfigSchema, help),
    setParameters: { Force: forceParameter },
    show: ({ TransportConfig }) =>
      new ShellObject({
        type: section,
        view: { kind: 'list', properties: Object.keys(transportConfigSchema.shape) },
        properties: {
          ...shownSettings(transportConfigSchema, TransportConfig),
          Name: 'Transport Settings',
          Identity: 'Transport Settings',
          IsValid: true,
        },
      }),
    examples: {
      get: [{ code: 'Get-TransportConfig', text: 'Shows all settings.' }],
      set: [
        {
          code: 'Set-TransportConfig -MaxReceiveSize 50MB',
          text: 'Limits the size of all messages.',
        },
      ],
    },
  })
}
