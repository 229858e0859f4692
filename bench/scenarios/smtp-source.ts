import { smartHost } from '../../test/support/relay-config.ts'
import { type Duel, duel } from '../duel.ts'
import { type Ground, sinkPlace } from '../ground.ts'
import { SourceAndSink, type SourceOptions } from '../load/source-and-sink.ts'
import { relayHost } from '../postfix-server.ts'
import { edgePlan } from '../relay-server.ts'

const kilobyte = 1024
const megabyte = 1024 * kilobyte

export const kept = sourceDuel({
  name: 'kept',
  title: '20 sessions kept, 5 KB',
  messages: 24_000,
  target: 5,
  memoryTarget: 1 / 3,
  source: { kept: true, bytes: 5 * kilobyte },
})

export const perConnection = sourceDuel({
  name: 'per-connection',
  title: 'one connection per message, 5 KB',
  messages: 5000,
  target: 5,
  memoryTarget: 1 / 3,
  source: { kept: false, bytes: 5 * kilobyte },
})

export const oneMegabyte = sourceDuel({
  name: '1mb',
  title: '20 sessions kept, 1 MB',
  messages: 300,
  target: 1,
  source: { kept: true, bytes: megabyte },
})

export const twentyMegabytes = sourceDuel({
  name: '20mb',
  title: '10 sessions kept, 20 MB',
  messages: 20,
  sessions: 10,
  target: 1,
  source: { kept: true, bytes: 20 * megabyte },
})

const smtpSink = (ground: Ground) => sinkPlace(ground, 'smtp-sink')

/** smtp-source in, smtp-sink out; everything goes to one next hop. */
function sourceDuel({
  source,
  ...rest
}: Pick<Duel, 'name' | 'title' | 'messages' | 'sessions' | 'target' | 'memoryTarget'> & {
  readonly source: SourceOptions
}) {
  return duel({
    ...rest,
    relay: (ground) => edgePlan(ground, { sendConnectors: smartHost('*', smtpSink(ground)) }),
    postfix: (ground) => ({ settings: { relayhost: relayHost(smtpSink(ground)) } }),
    traffic: (ground) => SourceAndSink.start(smtpSink(ground), source),
  })
}
