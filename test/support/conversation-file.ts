/**
 * One step of a dialog file. The files hold, line by line:
 *
 *     # comment; the first one is the name of the test
 *     @ Parameter: value      a setting of the connector
 *     @user name password     an account (further words: its addresses)
 *     @agent event reply      an agent refuses at the event; with `disconnect` before the reply it ends the
 *                             connection, with `throw` in place of the reply it fails
 *     @recipient address      one that the directory knows
 *     @directory away         it cannot be asked
 *     @role Edge              of the server; Mailbox unless said
 *     C: text                 sent with CRLF; successive ones go in one segment
 *     C> text                 sent as it is, with \r \n \t \0 \\ \xHH for octets
 *     S: pattern              one line of a reply, * for anything; "S: ..." for the lines left
 *     TLS                     the handshake after STARTTLS
 *     EOF                     the client closes its side
 *     CLOSED                  the server has closed the connection, with nothing left unread
 *     QUEUED n                so many messages were taken
 *     CONTENT text            content of the last message, octets as for C>
 */
export type Step =
  | { readonly kind: 'send'; readonly octets: Buffer }
  | { readonly kind: 'expect'; readonly lines: readonly string[] }
  | { readonly kind: 'tls' | 'end' | 'closed' }
  | { readonly kind: 'queued'; readonly count: number }
  | { readonly kind: 'content'; readonly octets: Buffer }

/** What an agent does at one event. */
export interface DialogAgent {
  readonly event: string
  readonly does: 'reject' | 'disconnect' | 'throw'
  readonly reply: string
}

export interface ConversationFile {
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
  readonly users: readonly { UserName: string; Password: string; EmailAddresses: string[] }[]
  /** Undefined: there is no directory. */
  readonly recipients: readonly string[] | undefined
  readonly directoryIsAway: boolean
  readonly role: 'Mailbox' | 'Edge'
  readonly agents: readonly DialogAgent[]
  readonly steps: readonly Step[]
}

/** Reads a dialog file; throws for a line that is none of the above. */
export function parseConversation(text: string): ConversationFile {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const settings: Record<string, string> = {}
  const users: ConversationFile['users'][number][] = []
  const recipients: string[] = []
  const agents: DialogAgent[] = []
  const steps: Step[] = []
  for (const line of lines.filter((each) => !each.startsWith('#'))) {
    if (line.startsWith('@user ')) {
      const [UserName = '', Password = '', ...EmailAddresses] = line.slice(6).split(' ')
      users.push({ UserName, Password, EmailAddresses })
    } else if (line.startsWith('@recipient ')) {
      recipients.push(line.slice(11))
    } else if (line.startsWith('@agent ')) {
      agents.push(dialogAgent(line))
    } else if (line.startsWith('@ ')) {
      const [name = '', ...value] = line.slice(2).split(': ')
      settings[name] = value.join(': ')
    } else if (!/^@(directory away|role Edge)$/.test(line)) {
      addStep(steps, line)
    }
  }
  const name = lines.find((line) => line.startsWith('#'))?.replace(/^#\s*/, '') ?? 'unnamed'
  return {
    name,
    settings,
    users,
    recipients: recipients.length === 0 ? undefined : recipients,
    directoryIsAway: lines.includes('@directory away'),
    role: lines.includes('@role Edge') ? 'Edge' : 'Mailbox',
    agents,
    steps,
  }
}

function dialogAgent(line: string): DialogAgent {
  const [, event = '', does, reply = ''] =
    /^@agent (\w+) (?:(disconnect|throw) ?)?(.*)$/.exec(line) ?? []
  return { event, does: does === 'throw' || does === 'disconnect' ? does : 'reject', reply }
}

/** Whether the reply's lines fit the patterns. */
export function fits(reply: string, patterns: readonly string[]): boolean {
  const lines = reply.split('\n')
  const open = patterns.at(-1) === '...'
  const wanted = open ? patterns.slice(0, -1) : patterns
  if (open ? lines.length < wanted.length : lines.length !== wanted.length) return false
  return wanted.every((pattern, at) => asRegExp(pattern).test(lines[at] ?? ''))
}

function addStep(steps: Step[], line: string): void {
  const last = steps.at(-1)
  const [, mark = '', rest = ''] = /^(C:|C>|S:|[A-Z]+) ?(.*)$/.exec(line) ?? []
  switch (mark) {
    case 'C:':
    case 'C>': {
      const octets = mark === 'C:' ? Buffer.from(`${rest}\r\n`) : unescaped(rest)
      if (last?.kind !== 'send') steps.push({ kind: 'send', octets })
      else steps.splice(-1, 1, { kind: 'send', octets: Buffer.concat([last.octets, octets]) })
      return
    }
    case 'S:': {
      const open = last?.kind === 'expect' && /^(\d{3}-|\.\.\.)/.test(last.lines.at(-1) ?? '')
      if (open && last.lines.at(-1) !== '...')
        steps.splice(-1, 1, { kind: 'expect', lines: [...last.lines, rest] })
      else steps.push({ kind: 'expect', lines: [rest] })
      return
    }
    case 'TLS':
      steps.push({ kind: 'tls' })
      return
    case 'EOF':
      steps.push({ kind: 'end' })
      return
    case 'CLOSED':
      steps.push({ kind: 'closed' })
      return
    case 'QUEUED':
      steps.push({ kind: 'queued', count: Number(rest) })
      return
    case 'CONTENT':
      steps.push({ kind: 'content', octets: unescaped(rest) })
      return
    default:
      throw new Error(`not a line of a dialog: ${line}`)
  }
}

function asRegExp(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}

function unescaped(text: string): Buffer {
  const named: Readonly<Record<string, string>> = {
    r: '\r',
    n: '\n',
    t: '\t',
    '0': '\0',
    '\\': '\\',
  }
  const plain = text.replace(/\\(x([0-9a-f]{2})|.)/gi, (_, all: string, hex?: string) =>
    hex === undefined ? (named[all] ?? all) : String.fromCharCode(parseInt(hex, 16)),
  )
  return Buffer.from(plain, 'latin1')
}
