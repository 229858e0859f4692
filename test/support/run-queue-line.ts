import { messageCmdlets } from '../../src/admin/cmdlets/queues/message-cmdlets.ts'
import { exportCmdlets } from '../../src/admin/cmdlets/queues/message-export.ts'
import { queueCmdlets } from '../../src/admin/cmdlets/queues/queue-cmdlets.ts'
import { digestCmdlets } from '../../src/admin/cmdlets/queues/queue-digest.ts'
import type { QueueServer } from '../../src/admin/cmdlets/queues/queue-server.ts'
import { builtInCmdlets } from '../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { Shell } from '../../src/admin/shell/shell.ts'
import { FakeClock } from './fake-clock.ts'
import { sampleTime } from './queue-samples.ts'
import { RecordingHost } from './recording-host.ts'

/** Runs a line with the cmdlets for queues and messages, a minute and a second after the sample time. */
export async function runQueueLine(
  server: QueueServer,
  line: string,
  {
    answers = [],
    width = 120,
  }: { readonly answers?: readonly string[]; readonly width?: number } = {},
) {
  const cmdlets = [queueCmdlets, digestCmdlets, messageCmdlets, exportCmdlets]
  const shell = new Shell({
    cmdlets: [...builtInCmdlets(), ...cmdlets.flatMap((make) => make(server))],
    clock: new FakeClock(sampleTime + 61_000),
  })
  const host = new RecordingHost({ width, answers })
  const result = await shell.runLine(line, { host, final: true })
  const { out, errors, notices, all } = host
  return { out, errors, notices, all, result }
}
