import { auth } from './auth-verb.ts'
import { bdat, data } from './content-verbs.ts'
import { ehlo, helo } from './hello-verbs.ts'
import { mail, rcpt } from './mail-verbs.ts'
import { help, noop, quit, rset, vrfy } from './plain-verbs.ts'
import { xProxy, xProxyFrom, xProxyTo } from './proxy-verbs.ts'
import { anonymousTls, startTls } from './tls-verbs.ts'
import type { Verb } from './verb.ts'

/** Every verb a session knows; the key is upper case. */
export const verbs: ReadonlyMap<string, Verb> = new Map([
  ['HELO', helo],
  ['EHLO', ehlo],
  ['STARTTLS', startTls],
  ['X-ANONYMOUSTLS', anonymousTls],
  ['AUTH', auth],
  ['XPROXYFROM', xProxyFrom],
  ['XPROXY', xProxy],
  ['XPROXYTO', xProxyTo],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', data],
  ['BDAT', bdat],
  ['RSET', rset],
  ['NOOP', noop],
  ['VRFY', vrfy],
  ['HELP', help],
  ['QUIT', quit],
])
