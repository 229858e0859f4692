import { smartHost } from '../../test/support/relay-config.ts'
import { hold } from '../contest.ts'
import { duel } from '../duel.ts'
import { type Ground, domainPlace, messagesFor } from '../ground.ts'
import { BlackHole } from '../load/black-hole.ts'
import { recipientName } from '../load/numbered-message.ts'
import { NumberedTraffic } from '../load/numbered-traffic.ts'
import { type PostfixPlan, PostfixServer, relayHost } from '../postfix-server.ts'
import { type RelayPlan, RelayServer, edgePlan } from '../relay-server.ts'
import type { Figures, ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { ratioOfRounds } from '../statistics.ts'

const bytes = 5 * 1024
const perMessage = { recipients: 20, domains: 10 }
const many = { domains: 100, deadEvery: 10, messages: 5000, sessions: 20 }
/** Share of the rate that must be left beside dead domains. */
const keptShare = 0.9

const routes =
  'next hops are addresses, by one Send connector for each domain and by transport_maps: Postfix asks only port 53 of resolv.conf, so neither uses DNS'

const deadOnes =
  'every tenth message is for a dead next hop (5 refuse connections, 5 drop them); the rate is of all messages taken, until the last one for a live next hop has arrived'

/** A message with many recipients is stored once and delivered once to each next hop. */
export const recipients = duel({
  name: 'recipients',
  title: '20 recipients in 10 domains, 5 KB',
  messages: 600,
  notes: [`rates are of messages in; each leaves as 10. ${routes}`],
  relay: (ground) => relayTo(ground, perMessage.domains),
  postfix: (ground) => postfixTo(ground, perMessage.domains),
  traffic: (ground) =>
    NumberedTraffic.start(
      {
        places: Array.from({ length: perMessage.domains }, (_, at) => domainPlace(ground, at)),
        manner: { bytes, kept: true, tls: false, recipients: [manyRecipients()] },
      },
      ground.signal,
    ),
})

/** Live mail must not wait for dead neighbours. */
export const domains: Scenario = {
  name: 'domains',
  title: '100 next hops, 10 of them dead, 5 KB',
  isDefault: true,
  run: runDomains,
}

async function runDomains(ground: Ground): Promise<ScenarioResult> {
  const { name, title } = domains
  const messages = messagesFor(ground, many.messages)
  const all = Array.from({ length: many.domains }, (_, at) => at)
  await using holes = new AsyncDisposableStack()
  for (const at of all.filter(isBlackHole)) {
    holes.use(await BlackHole.start(domainPlace(ground, at)))
  }
  await using relay = await RelayServer.start(ground, relayTo(ground, many.domains))
  await using postfix = await PostfixServer.start(ground, postfixTo(ground, many.domains))
  for (const server of [relay, postfix]) ground.configurations.print(name, server)
  const places = all.filter(isAlive).map((at) => domainPlace(ground, at))
  const manner = { bytes, kept: true, tls: false }
  const toLive = { ...manner, recipients: all.filter(isAlive).map(oneRecipient) }
  const toAll = { ...manner, recipients: all.map(oneRecipient) }
  await using live = await NumberedTraffic.start({ places, manner: toLive }, ground.signal)
  const withDead = live.inManner(toAll, isAlive)
  const [relayAlone, postfixAlone, ours, theirs] = await hold(ground, {
    ...{ name, messages, sessions: many.sessions },
    contestants: [
      { server: relay, traffic: live, label: 'relay, all live' },
      { server: postfix, traffic: live, label: 'Postfix, all live' },
      { server: relay, traffic: withDead },
      { server: postfix, traffic: withDead },
    ],
  })
  const configurations = { relay: relay.configuration, Postfix: postfix.configuration }
  const plain = { name, title, messages, configurations, notes: [deadOnes, routes] }
  if (!relayAlone || !postfixAlone || !ours || !theirs) return { ...plain, measures: [] }
  const share = (some: Figures, whole: Figures) => 100 * ratioOfRounds(rates(some), rates(whole))
  const percent = share(ours, relayAlone)
  return {
    ...plain,
    relay: ours,
    postfix: theirs,
    others: [relayAlone, postfixAlone],
    ratio: ratioOfRounds(rates(ours), rates(theirs)),
    measures: [
      {
        what: 'rate beside dead next hops, of that with all alive',
        unit: '%',
        relay: percent,
        postfix: share(theirs, postfixAlone),
        target: `>= ${100 * keptShare} %`,
        met: percent >= 100 * keptShare,
      },
    ],
  }
}

const rates = ({ rounds }: Figures) => rounds.map(({ rate }) => rate)

/** Dead ones alternate: one refuses connections, the next one drops them. */
function isAlive(at: number): boolean {
  return at % many.deadEvery !== 0
}

function isBlackHole(at: number): boolean {
  return at % (2 * many.deadEvery) === 0
}

function domainName(at: number): string {
  return `d${at}.test`
}

function oneRecipient(at: number): string[] {
  return [`${recipientName(0)}@${domainName(at)}`]
}

function manyRecipients(): string[] {
  return Array.from(
    { length: perMessage.recipients },
    (_, at) => `${recipientName(at)}@${domainName(at % perMessage.domains)}`,
  )
}

function relayTo(ground: Ground, count: number): RelayPlan {
  const connectors = Array.from({ length: count }, (_, at) =>
    smartHost(domainName(at), domainPlace(ground, at)),
  )
  return edgePlan(ground, {
    sendConnectors: connectors.join('\n'),
    // Stranger domains are relayed for anyone on loopback, as by mynetworks.
    connector: {
      AuthMechanism: '[Tls, ExternalAuthoritative]',
      PermissionGroups: 'ExchangeServers',
    },
  })
}

function postfixTo(ground: Ground, count: number): PostfixPlan {
  const lines = Array.from(
    { length: count },
    (_, at) => `${domainName(at)} smtp:${relayHost(domainPlace(ground, at))}\n`,
  )
  return {
    tables: { transport: lines.join('') },
    settings: { transport_maps: 'hash:${config_directory}/transport' },
  }
}
