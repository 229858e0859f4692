import type { Bytes } from '../base/byte-size.ts'
import { isMailbox } from './address.ts'
import { invalidArguments, unrecognizedParameter } from './replies.ts'
import type { Reply } from './reply.ts'
import { decodeXtext, isXtext } from './xtext.ts'

/** What the server announced, and so takes as parameters of MAIL and RCPT. */
export interface Extensions {
  readonly size: boolean
  readonly dsn: boolean
  readonly eightBitMime: boolean
  readonly binaryMime: boolean
  readonly smtpUtf8: boolean
  readonly auth: boolean
}

export type BodyType = '7BIT' | '8BITMIME' | 'BINARYMIME'
export type NotifyCondition = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY'

/** MAIL's parameters, read. */
export interface MailParameters {
  /** SIZE (RFC 1870); 0 says nothing and is left out. */
  readonly size?: Bytes
  readonly body: BodyType
  readonly smtpUtf8: boolean
  /** RET (RFC 3461 4.3). */
  readonly returnContent?: 'FULL' | 'HDRS'
  /** ENVID, still in xtext form. */
  readonly envelopeId?: string
  /** AUTH (RFC 4954 5): the submitter's address, empty for `<>`. */
  readonly auth?: string
}

/** RCPT's parameters, read. */
export interface RcptParameters {
  /** NOTIFY (RFC 3461 4.1), each condition once. */
  readonly notify?: readonly NotifyCondition[]
  /** ORCPT, still in xtext form: `rfc822;alias@corp.example`. */
  readonly originalRecipient?: string
}

/** One parameter a command may have. */
interface Row<Parameters> {
  /** The extension that must be announced for it. */
  readonly extension: keyof Extensions
  /** Reads the value, empty when there is none; undefined, or a reply of its own, when it is wrong. */
  read(value: string, extensions: Extensions): Partial<Parameters> | Reply | undefined
}

const parameterShape = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=(.+))?$/
const conditions = ['SUCCESS', 'FAILURE', 'DELAY'] as const
const maximumEnvelopeId = 100
const maximumOriginalRecipient = 500

const mailRows: ReadonlyMap<string, Row<MailParameters>> = new Map([
  ['SIZE', { extension: 'size', read: readSize }],
  ['BODY', { extension: 'eightBitMime', read: readBody }],
  ['SMTPUTF8', { extension: 'smtpUtf8', read: readSmtpUtf8 }],
  ['AUTH', { extension: 'auth', read: readAuth }],
  ['RET', { extension: 'dsn', read: readReturn }],
  ['ENVID', { extension: 'dsn', read: readEnvelopeId }],
] satisfies [string, Row<MailParameters>][])

const rcptRows: ReadonlyMap<string, Row<RcptParameters>> = new Map([
  ['NOTIFY', { extension: 'dsn', read: readNotify }],
  ['ORCPT', { extension: 'dsn', read: readOriginalRecipient }],
] satisfies [string, Row<RcptParameters>][])

/** Reads what follows MAIL's path; 555 for a parameter not announced, 501 for a wrong or repeated one. */
export function parseMailParameters(text: string, extensions: Extensions): MailParameters | Reply {
  return readParameters(text, extensions, {
    rows: mailRows,
    defaults: { body: '7BIT', smtpUtf8: false },
  })
}

/** Reads what follows RCPT's path; replies as for MAIL. */
export function parseRcptParameters(text: string, extensions: Extensions): RcptParameters | Reply {
  return readParameters(text, extensions, { rows: rcptRows, defaults: {} })
}

function readParameters<Parameters extends object>(
  text: string,
  extensions: Extensions,
  command: { rows: ReadonlyMap<string, Row<Parameters>>; defaults: Parameters },
): Parameters | Reply {
  if (text !== '' && !text.startsWith(' ')) return invalidArguments
  const seen = new Set<string>()
  let result = command.defaults
  for (const parameter of text.split(' ').filter(Boolean)) {
    const [, name = '', value = ''] = parameterShape.exec(parameter) ?? []
    const keyword = name.toUpperCase()
    if (keyword === '' || seen.has(keyword)) return invalidArguments
    seen.add(keyword)
    const row = command.rows.get(keyword)
    if (row === undefined || !extensions[row.extension]) return unrecognizedParameter
    const read = row.read(value, extensions)
    if (read === undefined) return invalidArguments
    if ('code' in read) return read
    result = { ...result, ...read }
  }
  return result
}

function readSize(value: string): Partial<MailParameters> | undefined {
  if (!/^\d{1,20}$/.test(value)) return undefined
  return Number(value) === 0 ? {} : { size: Number(value) }
}

function readBody(
  value: string,
  extensions: Extensions,
): Partial<MailParameters> | Reply | undefined {
  const body = value.toUpperCase()
  if (body === '7BIT' || body === '8BITMIME') return { body }
  if (body !== 'BINARYMIME') return undefined
  // A value of an extension of its own (RFC 3030 3).
  return extensions.binaryMime ? { body } : unrecognizedParameter
}

function readSmtpUtf8(value: string): Partial<MailParameters> | undefined {
  return value === '' ? { smtpUtf8: true } : undefined
}

/** What is no address says nothing of the submitter, as `<>`, and is no reason to lose the mail. */
function readAuth(value: string): Partial<MailParameters> | undefined {
  if (value === '') return undefined
  const auth = decodeXtext(value)
  return { auth: auth !== undefined && isMailbox(auth) ? auth : '' }
}

function readReturn(value: string): Partial<MailParameters> | undefined {
  const returnContent = value.toUpperCase()
  return returnContent === 'FULL' || returnContent === 'HDRS' ? { returnContent } : undefined
}

function readEnvelopeId(value: string): Partial<MailParameters> | undefined {
  const valid = value !== '' && value.length <= maximumEnvelopeId && isXtext(value)
  return valid ? { envelopeId: value } : undefined
}

function readNotify(value: string): Partial<RcptParameters> | undefined {
  const names = value.toUpperCase().split(',')
  if (names.length === 1 && names[0] === 'NEVER') return { notify: ['NEVER'] }
  const notify = conditions.filter((condition) => names.includes(condition))
  const known = names.every((name) => conditions.some((condition) => condition === name))
  return known ? { notify } : undefined
}

/** `type;xtext`; for the type utf-8 (RFC 6533 3) the address may stand unencoded. */
function readOriginalRecipient(value: string): Partial<RcptParameters> | undefined {
  const [, type = '', address = ''] = /^([A-Za-z0-9-]+);(.+)$/.exec(value) ?? []
  const ascii = type.toLowerCase() === 'utf-8' ? address.replace(/[^\x00-\x7f]/gu, 'u') : address
  const valid = ascii !== '' && value.length <= maximumOriginalRecipient
  return valid && isXtext(ascii) ? { originalRecipient: value } : undefined
}
