import type { Duplex } from 'node:stream'
import {
  checkServerIdentity,
  connect,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls'
import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { TlsFacts } from '../message/message-sink.ts'

/** What the client brings to a handshake; the peer's certificate is judged by the caller. */
export type ClientTlsOptions = Pick<
  ConnectionOptions,
  'servername' | 'secureContext' | 'key' | 'cert' | 'ca' | 'minVersion' | 'ciphers'
>

/** A finished handshake. */
export interface ClientTls extends TlsFacts {
  /** The chain leads to a certificate authority we trust and is in date; names are not looked at. */
  readonly trusted: boolean
  /** Why not, in OpenSSL's words; empty when trusted. */
  readonly distrust: string
  /** Undefined when the peer showed none. */
  readonly certificate: PeerCertificate | undefined
}

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
    const secured = connect({ ...options, ...judgeLater, socket })
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

/** The facts of a finished handshake. */
export function clientTlsFacts(secured: TLSSocket): ClientTls {
  const certificate = secured.getPeerCertificate()
  const shown = Object.keys(certificate).length > 0
  return {
    version: (secured.getProtocol() ?? '').replace('v', '').replace('.', '_'),
    cipher: secured.getCipher().standardName,
    trusted: secured.authorized,
    distrust: secured.authorized ? '' : String(secured.authorizationError),
    certificate: shown ? certificate : undefined,
  }
}
