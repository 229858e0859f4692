import type { Duplex } from 'node:stream'
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { TlsFacts } from '../../message/message-sink.ts'

/** How the peer showed itself in a handshake. */
export interface PeerIdentity {
  /** The chain leads to a certificate authority we trust and is in date; names are not looked at. */
  readonly trusted: boolean
  /** Why not, in Exchange's words or else in OpenSSL's; empty when trusted. */
  readonly distrust: string
  /** Undefined when the peer showed none. */
  readonly certificate: PeerCertificate | undefined
}

/** A session of an earlier handshake. A resumed one shows no certificate anew, so it comes with that one's. */
export interface ResumableSession {
  readonly session: Buffer
  readonly peer: PeerIdentity
}

/** What the client brings to a handshake; the peer's certificate is judged by the caller. */
export interface ClientTlsOptions extends Pick<ConnectionOptions, 'servername' | 'secureContext'> {
  /** Offered to the peer, which may prefer to begin afresh. */
  readonly resumable?: ResumableSession | undefined
  /** Hears of a session that a later handshake may resume; after this handshake, if at all. */
  readonly onSession?: (session: Buffer) => void
}

/** A finished handshake. */
export interface ClientTls extends TlsFacts, PeerIdentity {}

/** Whether the certificate is for `host` (RFC 6125: alternative names, a wildcard as the first label). */
export function certificateFits(certificate: PeerCertificate, host: string): boolean {
  return checkServerIdentity(host, certificate) === undefined
}

/** The certificate as Exchange's protocol log shows it. */
export function describeCertificate(certificate: PeerCertificate): string {
  const name = (parts: PeerCertificate['subject']) =>
    Object.entries(parts)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(', ')
  const fields = [
    name(certificate.subject),
    name(certificate.issuer),
    certificate.serialNumber,
    certificate.fingerprint.replaceAll(':', ''),
    certificate.valid_from,
    certificate.valid_to,
    certificate.subjectaltname ?? '',
  ]
  return fields.join(' ').trim()
}

/** Starts TLS as client over `socket`; rejects with the handshake's error or after `timeout`. */
export function startClientTls(
  socket: Duplex,
  options: ClientTlsOptions,
  { clock, timeout }: { readonly clock: Clock; readonly timeout: Milliseconds },
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // Chain and names are judged after the handshake, where the policy of the connector is known.
    const judgeLater = { rejectUnauthorized: false, checkServerIdentity: () => undefined }
    const { onSession, resumable, ...own } = options
    const session = resumable === undefined ? {} : { session: resumable.session }
    const secured = connect({ ...own, ...session, ...judgeLater, socket })
    if (onSession !== undefined) secured.on('session', onSession)
    const settle = (error?: Error) => {
      timer.cancel()
      secured.off('close', onClose)
      if (error === undefined) {
        resolve(secured)
      } else {
        secured.destroy()
        reject(error)
      }
    }
    const onClose = () => settle(new Error('the peer closed the connection during the handshake'))
    const timer = clock.after(timeout, () => settle(new Error('the handshake took too long')))
    secured.on('error', settle)
    secured.once('close', onClose)
    secured.once('secureConnect', () => settle())
  })
}

/** The facts of a finished handshake, begun with these options. */
export function clientTlsFacts(secured: TLSSocket, { resumable }: ClientTlsOptions): ClientTls {
  const resumed = secured.isSessionReused() ? resumable?.peer : undefined
  return {
    version: (secured.getProtocol() ?? '').replace('v', '').replace('.', '_'),
    cipher: secured.getCipher().standardName,
    ...(resumed ?? peerIdentity(secured)),
  }
}

function peerIdentity(secured: TLSSocket): PeerIdentity {
  const certificate = secured.getPeerCertificate()
  const shown = Object.keys(certificate).length > 0
  return {
    trusted: secured.authorized,
    distrust: secured.authorized ? '' : chainStatus(String(secured.authorizationError)),
    certificate: shown ? certificate : undefined,
  }
}

/** What is wrong with a chain, as Exchange calls it: by OpenSSL's code. */
const chainStatuses: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'UntrustedRoot',
  SELF_SIGNED_CERT_IN_CHAIN: 'UntrustedRoot',
  UNABLE_TO_GET_ISSUER_CERT: 'UntrustedRoot',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'UntrustedRoot',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'UntrustedRoot',
  CERT_HAS_EXPIRED: 'CertificateExpired',
  CERT_SIGNATURE_FAILURE: 'SignatureFailure',
  INVALID_PURPOSE: 'WrongUsage',
}

function chainStatus(code: string): string {
  return chainStatuses[code] ?? code
}
