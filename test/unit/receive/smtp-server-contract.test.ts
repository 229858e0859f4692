import { SMTPServer } from 'smtp-server'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import { describe, expect, test } from 'vitest'

/**
 * The members of smtp-server that receive/smtp-server-connection.ts overrides or relies on. When an
 * upgrade of the package breaks one of these, read that file against the new version before mending
 * the test.
 */

function arity(prototype: object, name: string): number | undefined {
  const member: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value
  return typeof member === 'function' ? member.length : undefined
}

function source(prototype: object, name: string): string {
  return String(Object.getOwnPropertyDescriptor(prototype, name)?.value)
}

describe('SMTPConnection', () => {
  test.each([
    ['init', 0],
    ['send', 3],
    ['close', 0],
    ['_createParser', 0],
    ['_setListeners', 1],
    ['_onCloseEvent', 1],
    ['_onClose', 0],
    ['_onError', 1],
    ['_onTimeout', 0],
    ['_onCommand', 2],
    ['upgrade', 2],
  ])('has %s with %i parameters', (name, count) => {
    expect(arity(SMTPConnection.prototype, name)).toBe(count)
  })

  test('arms its timeout through _armTimeout, with the socket as its argument', () => {
    expect(arity(SMTPConnection.prototype, '_armTimeout')).toBe(0)
    expect(source(SMTPConnection.prototype, 'upgrade')).toContain('this._armTimeout(tlsSocket)')
    expect(source(SMTPConnection.prototype, '_setListeners')).toContain('this._armTimeout()')
  })

  test('retires the parser before a handshake, and pipes into a new one after it', () => {
    const text = source(SMTPConnection.prototype, 'upgrade')
    const steps = [
      'this._socket.unpipe(this._parser)',
      'this._parser.isClosed = true',
      'this._parser = this._createParser()',
      'this._upgrading = true',
      'createTLSSocketOptions(this._server)',
      'this._upgrading = false',
      'this._socket.pipe(this._parser)',
      'secureCallback()',
    ]
    const places = steps.map((step) => text.indexOf(step))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('starts TLS on connect when the server has needsUpgrade', () => {
    expect(source(SMTPConnection.prototype, '_setListeners')).toContain('this.upgrade(')
    expect(String(SMTPConnection)).toContain(
      'this.needsUpgrade = !!this._server.options.needsUpgrade',
    )
  })
})

describe('SMTPServer', () => {
  test.each([
    ['updateSecureContext', 1],
    ['_resolveSNI', 2],
    ['onSecure', 3],
    ['onClose', 2],
  ])('has %s with %i parameters', (name, count) => {
    expect(arity(SMTPServer.prototype, name)).toBe(count)
  })
})

describe('SMTPStream', () => {
  test('is written to through _write, and holds nothing back when that is replaced', () => {
    expect(arity(SMTPStream.prototype, '_write')).toBe(3)
    expect(source(SMTPStream.prototype, '_flushData')).toContain('this._remainder')
    expect(new SMTPStream().isClosed).toBe(false)
  })
})
