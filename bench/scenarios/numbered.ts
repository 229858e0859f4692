import { smartHost, mailboxConfig, user } from '../../test/support/relay-config.ts'
import { type Duel, duel } from '../duel.ts'
import { type Ground, addressOf, sinkPlace } from '../ground.ts'
import { recipientName } from '../load/numbered-message.ts'
import { type Manner, NumberedTraffic } from '../load/numbered-traffic.ts'
import { type PostfixPlan, relayHost } from '../postfix-server.ts'
import {
  type RelayPlan,
  certificateSettings,
  edgePlan,
  transportSettings,
} from '../relay-server.ts'

const fiveKilobytes = 5 * 1024
const oneRecipient = [[`${recipientName(0)}@contoso.test`]]

/** Tickets and caches on both sides, with their default lifetimes. */
const postfixTls = {
  smtp_tls_security_level: 'may',
  smtp_tls_connection_reuse: 'yes',
  smtpd_tls_loglevel: '0',
  smtpd_tls_session_cache_database: 'btree:${data_directory}/smtpd_scache',
  smtp_tls_session_cache_database: 'btree:${data_directory}/smtp_scache',
}

const tlsNotes = [
  'P-256 ECDSA certificate in both servers and the sink; generator and sink are our own (bench/load), the same for both',
]

export const startTls = duel({
  name: 'starttls',
  title: '20 sessions kept, STARTTLS both sides, 5 KB',
  messages: 5000,
  target: 3,
  notes: tlsNotes,
  ...encrypted({ kept: true }),
})

export const startTlsPerConnection = duel({
  name: 'starttls-per-connection',
  title: 'connection per message, STARTTLS both sides',
  messages: 3000,
  target: 3,
  notes: tlsNotes,
  ...encrypted({ kept: false }),
})

export const authenticated = duel({
  name: 'auth',
  title: '587, AUTH over TLS, 20 sessions kept',
  messages: 3000,
  target: 2,
  notes: [
    'the relay is a Mailbox server: front end, then Transport service; Postfix checks by Cyrus SASL and sasldb; both hold the password in clear',
  ],
  ...submission({ kept: true }),
})

export const authenticatedPerConnection = duel({
  name: 'auth-per-connection',
  title: '587, AUTH over TLS, connection per message',
  messages: 2000,
  isDefault: false,
  ...submission({ kept: false }),
})

const ownSink = (ground: Ground) => sinkPlace(ground, 'own')

type Sides = Pick<Duel, 'relay' | 'postfix' | 'traffic'>

function encrypted({ kept }: { readonly kept: boolean }): Sides {
  const manner = { bytes: fiveKilobytes, recipients: oneRecipient, tls: true, kept }
  return {
    relay: (ground) => edgePlan(ground, { sendConnectors: smartHost('*', ownSink(ground)) }),
    postfix: encryptedPostfix,
    traffic: (ground) => toOneSink(ground, manner, true),
  }
}

function submission({ kept }: { readonly kept: boolean }): Sides {
  const manner = {
    ...{ bytes: fiveKilobytes, recipients: oneRecipient, tls: true, kept },
    user: { name: user.name, password: user.password },
  }
  return {
    relay: mailboxPlan,
    postfix: (ground) => ({ ...encryptedPostfix(ground), users: { [user.name]: user.password } }),
    traffic: (ground) => toOneSink(ground, manner, false),
  }
}

function encryptedPostfix(ground: Ground): PostfixPlan {
  const { cert, key } = ground.certificate
  return {
    certificate: { cert, key },
    settings: { ...postfixTls, relayhost: relayHost(ownSink(ground)) },
  }
}

/** A Mailbox server, taking mail at its front end's port for clients. */
function mailboxPlan(ground: Ground): RelayPlan {
  const address = addressOf(ground, 'relay')
  const config = mailboxConfig({
    address,
    sendConnectors: smartHost('*', ownSink(ground)),
    more: `${transportSettings()}FrontendTransportService:
  MaxConnectionRatePerMinute: unlimited
${certificateSettings(ground)}`,
  })
  return { place: { address, port: 587 }, config, services: ['Transport', 'FrontendTransport'] }
}

function toOneSink(ground: Ground, manner: Manner, tls: boolean): Promise<NumberedTraffic> {
  const { cert, key } = ground.certificate
  return NumberedTraffic.start(
    { places: [ownSink(ground)], manner, ...(tls && { certificate: { cert, key } }) },
    ground.signal,
  )
}
