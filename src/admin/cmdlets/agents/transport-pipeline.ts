import { type Cmdlet, defineCmdlet } from '../../shell/cmdlet.ts'
import { ShellObject } from '../../values/value.ts'
import { tableView } from '../../values/view.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import type { RunningAgents } from './running-agents.ts'

const view = tableView('Event', 'TransportAgents')

/** `Get-TransportPipeline`. */
export function transportPipelineCmdlets(agents: RunningAgents): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-TransportPipeline',
      synopsis: 'Shows who is asked at each event of the Transport service, in order.',
      description:
        'It is the pipeline of the running server: agents that are disabled, or not loaded yet, are not in it.',
      parameters: { ...directoryParameters },
      outputs: ['Event', 'TransportAgents'],
      examples: [
        {
          code: "Get-TransportPipeline | where Event -eq 'OnEndOfData'",
          text: 'Who looks at whole messages.',
        },
      ],
      async *run() {
        for (const { event, agents: names } of await agents.pipeline())
          yield new ShellObject({
            type: 'TransportPipelineEvent',
            view,
            properties: { Event: event, TransportAgents: names },
          })
      },
    }),
  ]
}
