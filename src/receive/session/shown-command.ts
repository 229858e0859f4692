import type { Command } from '../../smtp/command.ts'

/** In place of what may be credentials, as Exchange writes it. */
export const maskedCredentials = '<authentication response>'
const masked = '<unrecognized command>'
const longest = 1024

/** The names that may stand behind AUTH: anything else there may be a response in the wrong place. */
const mechanisms: ReadonlySet<string> = new Set(
  `LOGIN PLAIN NTLM GSSAPI GSS-SPNEGO CRAM-MD5 DIGEST-MD5 EXTERNAL ANONYMOUS XOAUTH XOAUTH2 OAUTHBEARER
   SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS KERBEROS_V4 SKEY OTP`.split(/\s+/),
)

/** Verbs of other servers and protocols: as they are known, they are nobody's password. */
const foreignVerbs: ReadonlySet<string> = new Set(
  `EXPN TURN ETRN ATRN SEND SOML SAML BURL LHLO XCLIENT XFORWARD XEXCH50 XADR XUSR XSHADOW
   XSHADOWREQUEST XSESSIONPARAMS X-LINK2STATE X-EXPS X-EXCHANGEAUTH PROXY GET HEAD POST PUT DELETE
   CONNECT OPTIONS USER PASS`.split(/\s+/),
)

/**
 * A command of ours as the protocol log shows it. Behind AUTH only the name of a mechanism is shown:
 * clients put their token in its place, or join the two.
 */
export function shownCommand({ verb, argument, isSpoilt }: Command): string {
  if (argument === '') return verb
  if (verb !== 'AUTH') return harmless(`${verb} ${argument}`, isSpoilt)
  const [mechanism = ''] = argument.split(' ', 1)
  return `${verb} ${mechanisms.has(mechanism.toUpperCase()) ? mechanism : maskedCredentials}`
}

/**
 * A line that is no command of ours. Clients that were refused go on with their password whatever they
 * are told, and people mistype AUTH: so of a line that nobody knows nothing is shown, and of verbs from
 * elsewhere the verb alone.
 */
export function shownUnknown({ verb }: Command, authenticating: boolean): string {
  if (authenticating || /^\W*(?:X-?)?AUTH/.test(verb)) return maskedCredentials
  return foreignVerbs.has(verb) ? verb : masked
}

/** Without characters that would do something where the log is shown. */
function harmless(text: string, isSpoilt: boolean): string {
  const shown = text.slice(0, longest)
  return isSpoilt ? shown.replace(/[^\x20-\x7e]/g, '?') : shown
}
