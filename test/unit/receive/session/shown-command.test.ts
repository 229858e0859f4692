import { expect, test } from 'vitest'
import { shownCommand, shownUnknown } from '../../../../src/receive/session/shown-command.ts'
import { verbs } from '../../../../src/receive/session/verb-table.ts'
import { splitCommand } from '../../../../src/smtp/command.ts'

const token = 'AGFuYQBzZWNyZXQ='
const masked = '<authentication response>'
const unknown = '<unrecognized command>'

function shown(line: string, authenticating = false): string {
  const command = splitCommand(Buffer.from(line, 'latin1'))
  return verbs.has(command.verb) ? shownCommand(command) : shownUnknown(command, authenticating)
}

test.each([
  ['AUTH', 'AUTH'],
  ['AUTH PLAIN', 'AUTH PLAIN'],
  ['auth login', 'AUTH login'],
  [`AUTH PLAIN ${token}`, 'AUTH PLAIN'],
  [`AUTH LOGIN YW5h c2VjcmV0`, 'AUTH LOGIN'],
  ['AUTH CRAM-MD5', 'AUTH CRAM-MD5'],
  [`AUTH XOAUTH2 ${token}`, 'AUTH XOAUTH2'],
  // The mechanism is missing, joined to the token, or is none.
  [`AUTH ${token}`, `AUTH ${masked}`],
  [`auth ${token}`, `AUTH ${masked}`],
  [`AUTH PLAIN=${token}`, `AUTH ${masked}`],
  [`AUTH PLAIN:${token}`, `AUTH ${masked}`],
  [`AUTH PLAIN,${token}`, `AUTH ${masked}`],
  [`AUTH PLAIN${token}`, `AUTH ${masked}`],
  [`AUTH PLAIN\t${token}`, `AUTH ${masked}`],
  [`AUTH secret PLAIN`, `AUTH ${masked}`],
  [`AUTH ana secret`, `AUTH ${masked}`],
  [`AUTH   ${token}`, `AUTH ${masked}`],
  // No verb of ours, but meant as AUTH.
  [`AUTHPLAIN ${token}`, masked],
  [`AUTH=PLAIN ${token}`, masked],
  [`AUTH=${token}`, masked],
  [`AUTH:PLAIN ${token}`, masked],
  [`AUTH\tPLAIN ${token}`, masked],
  [`AUTHENTICATE PLAIN ${token}`, masked],
  [`XAUTH ${token}`, masked],
  [` AUTH PLAIN ${token}`, unknown],
  [`A1 LOGIN ana secret`, unknown],
  [`AUHT PLAIN ${token}`, unknown],
  [`LOGIN ${token}`, unknown],
  [`PLAIN ${token}`, unknown],
  // Answers that stand alone.
  [token, unknown],
  ['c2VjcmV0', unknown],
  ['secret', unknown],
  ['SECRET', unknown],
  ['correct horse battery', unknown],
  ['\xfe\xed', unknown],
  // Verbs from elsewhere, without what follows.
  ['PASS secret', 'PASS'],
  ['X-EXPS GSSAPI YIIG', 'X-EXPS'],
  ['XCLIENT LOGIN=secret', 'XCLIENT'],
  ['GET /?password=secret HTTP/1.1', 'GET'],
  // Ours, as they are.
  ['MAIL FROM:<ana@lucerne.example> SIZE=1', 'MAIL FROM:<ana@lucerne.example> SIZE=1'],
  ['mail FROM:<ana@lucerne.example>', 'MAIL FROM:<ana@lucerne.example>'],
  ['EHLO b\xf6b', 'EHLO b?b'],
  ['EHLO a\x1b[2J', 'EHLO a?[2J'],
])('%j is shown as %j', (line, expected) => {
  expect(shown(line)).toBe(expected)
})

test.each([token, 'secret', 'PASS secret', 'GET secret', '*', ''])(
  'after AUTH without success %j is masked',
  (line) => {
    expect(shown(line, true)).toBe(masked)
  },
)

test('a long command is cut', () => {
  expect(shown(`NOOP ${'x'.repeat(5000)}`)).toHaveLength(1024)
})
