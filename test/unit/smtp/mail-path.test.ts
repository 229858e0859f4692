import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMailCommand, parseRcptCommand } from '../../../src/smtp/mail-path.ts'
import type { Extensions } from '../../../src/smtp/parameters.ts'
import { replyText } from '../../../src/smtp/reply.ts'

const all: Extensions = {
  size: true,
  dsn: true,
  eightBitMime: true,
  binaryMime: true,
  smtpUtf8: true,
  auth: true,
}
const none: Extensions = {
  size: false,
  dsn: false,
  eightBitMime: false,
  binaryMime: false,
  smtpUtf8: false,
  auth: false,
}

function mail(argument: string, extensions = all) {
  const result = parseMailCommand(argument, extensions)
  return 'code' in result ? replyText(result) : result
}

function rcpt(argument: string, extensions = all, smtpUtf8 = false) {
  const result = parseRcptCommand(argument, extensions, smtpUtf8)
  return 'code' in result ? replyText(result) : result
}

const badSender = '501 5.1.7 Invalid address'
const badRecipient = '501 5.1.3 Invalid address'
const badArguments = '501 5.5.4 Invalid arguments'
const notAscii = '553 5.6.7 Address with non-ASCII characters needs the SMTPUTF8 parameter'
const long = 'x'.repeat(315)
const domain255 = `${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(63)}`

describe('addresses', () => {
  test.each([
    ['<a@example.com>', 'a@example.com'],
    [' <a@example.com>', 'a@example.com'],
    ['a@example.com', 'a@example.com'],
    ['  a@example.com', 'a@example.com'],
    ['<A.B+c@Example.COM>', 'A.B+c@Example.COM'],
    ["<!#$%&'*+-/=?^_`{|}~@example.com>", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ['<"a b"@example.com>', '"a b"@example.com'],
    ['<"a>b"@example.com>', '"a>b"@example.com'],
    ['<"user@inner"@example.com>', '"user@inner"@example.com'],
    ['<"a\\"b"@example.com>', '"a\\"b"@example.com'],
    ['"a b"@example.com', '"a b"@example.com'],
    ['<""@example.com>', '""@example.com'],
    ['<user%inner@example.com>', 'user%inner@example.com'],
    ['<inner!user@example.com>', 'inner!user@example.com'],
    ['<@a.test,@b.test:user@example.com>', 'user@example.com'],
    ['<@a.test:user@example.com>', 'user@example.com'],
    ['<user@[192.0.2.1]>', 'user@[192.0.2.1]'],
    ['<user@[IPv6:2001:db8::1]>', 'user@[IPv6:2001:db8::1]'],
    ['<user@192.0.2.1>', 'user@192.0.2.1'],
    ['<user@host_1.example.com>', 'user@host_1.example.com'],
    ['<user@single>', 'user@single'],
    [`<${long}@example.com>`, `${long}@example.com`],
    [`<${long}@${domain255}>`, `${long}@${domain255}`],
  ])('%s is taken', (path, address) => {
    expect(mail(`FROM:${path}`)).toEqual({ sender: address, body: '7BIT', smtpUtf8: false })
    expect(rcpt(`TO:${path}`)).toEqual({ address })
  })

  test.each([
    '',
    '<',
    '>',
    '<a@example.com',
    'a@example.com>',
    '<a>',
    'a',
    '<@example.com>',
    '<a@>',
    '<a b@example.com>',
    '<a@b@example.com>',
    '<a..b@example.com>',
    '<.a@example.com>',
    '<a.@example.com>',
    '<a@example..com>',
    '<a@.example.com>',
    '<a@example.com.>',
    '<a@-example.com>',
    '<a@example-.com>',
    '<a@exam ple.com>',
    '<a@host:25>',
    'a@host:25',
    '<a@[192.0.2]>',
    '<a@[2001:db8::1]>',
    '<a@[IPv6:192.0.2.1]>',
    '<a@[host]>',
    '<"a@example.com>',
    '<"a"b@example.com>',
    '<a"b"@example.com>',
    '<a(comment)@example.com>',
    '<@a.test:@b.test:user@example.com>',
    '<@a.test,user@example.com>',
    '<<a@example.com>>',
    '<a\u2003b@example.com>',
    '<"a\tb"@example.com>',
    '<"a\\\0b"@example.com>',
    '<"a\u0085b"@example.com>',
    `<x${long}@example.com>`,
    `<a@${'d'.repeat(64)}.test>`,
    `<a@d.${domain255.slice(1)}>`,
  ])('%s is refused', (path) => {
    expect(mail(`FROM:${path} SMTPUTF8`)).toBe(badSender)
    expect(rcpt(`TO:${path}`, all, true)).toBe(badRecipient)
  })

  test('the null sender is taken, as a recipient it is not', () => {
    expect(mail('FROM:<>')).toMatchObject({ sender: '' })
    expect(mail('FROM: <> BODY=8BITMIME')).toMatchObject({ sender: '', body: '8BITMIME' })
    expect(rcpt('TO:<>')).toBe(badRecipient)
  })

  test('postmaster needs no domain as a recipient', () => {
    expect(rcpt('TO:<postmaster>')).toEqual({ address: 'postmaster' })
    expect(rcpt('TO:<Postmaster> NOTIFY=NEVER')).toEqual({
      address: 'Postmaster',
      notify: ['NEVER'],
    })
    expect(rcpt('TO:postmaster')).toEqual({ address: 'postmaster' })
    expect(rcpt('TO:<postmasters>')).toBe(badRecipient)
    expect(mail('FROM:<postmaster>')).toBe(badSender)
  })

  test('characters outside ASCII need SMTPUTF8', () => {
    expect(mail('FROM:<grå@example.com>')).toBe(notAscii)
    expect(mail('FROM:<a@bücher.test>')).toBe(notAscii)
    expect(mail('FROM:<grå@bücher.test> SMTPUTF8')).toEqual({
      sender: 'grå@bücher.test',
      body: '7BIT',
      smtpUtf8: true,
    })
    expect(rcpt('TO:<用户@例子.test>')).toBe(notAscii)
    expect(rcpt('TO:<用户@例子.test>', all, true)).toEqual({ address: '用户@例子.test' })
  })

  test.each(['', 'TO:<a@b.test>', 'FROM', '<a@b.test>', 'FROM <a@b.test>', 'FROM=<a@b.test>'])(
    'MAIL with %j lacks its FROM:',
    (argument) => {
      expect(mail(argument)).toBe(badArguments)
    },
  )

  test('RCPT without TO: is refused', () => {
    expect(rcpt('FROM:<a@b.test>')).toBe(badArguments)
    expect(rcpt('')).toBe(badArguments)
  })

  test('the keyword may be in small letters', () => {
    expect(mail('from:<a@b.test>')).toMatchObject({ sender: 'a@b.test' })
    expect(rcpt('to:<a@b.test>')).toEqual({ address: 'a@b.test' })
  })
})

describe('parameters of MAIL', () => {
  test.each([
    ['SIZE=1000', { size: 1000 }],
    ['size=1000', { size: 1000 }],
    ['SIZE=0', {}],
    ['SIZE=99999999999999999999', { size: 1e20 }],
    ['BODY=7BIT', {}],
    ['BODY=8bitmime', { body: '8BITMIME' }],
    ['BODY=BINARYMIME', { body: 'BINARYMIME' }],
    ['SMTPUTF8', { smtpUtf8: true }],
    ['RET=FULL', { returnContent: 'FULL' }],
    ['RET=hdrs', { returnContent: 'HDRS' }],
    ['ENVID=QQ314159+2B', { envelopeId: 'QQ314159+2B' }],
    ['ENVID=a+FF', { envelopeId: 'a+FF' }],
    ['AUTH=<>', { auth: '' }],
    // No address: the submitter is unknown, and the mail is not at fault.
    ['AUTH=nobody', { auth: '' }],
    ['AUTH=<b@example.net>', { auth: '' }],
    ['AUTH=+3C+3E', { auth: '' }],
    ['AUTH=a+0Ab@example.com', { auth: '' }],
    ['AUTH=b+2', { auth: '' }],
    ['AUTH=e+3Dmc2@example.com', { auth: 'e=mc2@example.com' }],
    ['  SIZE=1   BODY=8BITMIME  ', { size: 1, body: '8BITMIME' }],
  ])('%s', (text, expected) => {
    const sender = 'a@b.test'
    expect(mail(`FROM:<${sender}> ${text}`)).toEqual({
      sender,
      body: '7BIT',
      smtpUtf8: false,
      ...expected,
    })
  })

  test.each([
    'SIZE',
    'SIZE=',
    'SIZE=-1',
    'SIZE=1e3',
    'SIZE=123456789012345678901',
    'SIZE=1 SIZE=2',
    'SIZE=1 size=1',
    'BODY',
    'BODY=9BIT',
    'SMTPUTF8=yes',
    'RET=ALL',
    'ENVID=',
    'ENVID=a+0D+0Ab',
    'ENVID=a+2',
    'ENVID=a+2g',
    `ENVID=${'x'.repeat(101)}`,
    'AUTH=',
    'AUTH',
    '=1',
    '-X=1',
  ])('%s is wrong', (text) => {
    expect(mail(`FROM:<a@b.test> ${text}`)).toBe(badArguments)
  })

  test('a parameter needs a space before it', () => {
    expect(mail('FROM:<a@b.test>SIZE=1')).toBe(badArguments)
    expect(mail('FROM:<>SIZE=1')).toBe(badArguments)
  })

  test.each(['XYZ', 'XYZ=1', 'NOTIFY=NEVER', 'constructor'])('%s is not known', (text) => {
    expect(mail(`FROM:<a@b.test> ${text}`)).toBe('555 5.5.4 Unsupported parameter')
  })

  test.each(['SIZE=1', 'BODY=8BITMIME', 'SMTPUTF8', 'RET=FULL', 'ENVID=x', 'AUTH=<>'])(
    '%s is not known where it is not announced',
    (text) => {
      expect(mail(`FROM:<a@b.test> ${text}`, none)).toBe('555 5.5.4 Unsupported parameter')
    },
  )

  test('BINARYMIME needs its own announcement', () => {
    expect(mail('FROM:<a@b.test> BODY=BINARYMIME', { ...all, binaryMime: false })).toBe(
      '555 5.5.4 Unsupported parameter',
    )
  })
})

describe('parameters of RCPT', () => {
  test.each([
    ['NOTIFY=NEVER', { notify: ['NEVER'] }],
    ['NOTIFY=success,Failure', { notify: ['SUCCESS', 'FAILURE'] }],
    ['NOTIFY=DELAY,SUCCESS,DELAY', { notify: ['SUCCESS', 'DELAY'] }],
    ['ORCPT=rfc822;b+2Bc@example.com', { originalRecipient: 'rfc822;b+2Bc@example.com' }],
    ['ORCPT=rfc822;b=c@example.com', { originalRecipient: 'rfc822;b=c@example.com' }],
    ['ORCPT=rfc822;a+FF+80b@example.com', { originalRecipient: 'rfc822;a+FF+80b@example.com' }],
    ['ORCPT=utf-8;gr\\x{E5}@example.com', { originalRecipient: 'utf-8;gr\\x{E5}@example.com' }],
    ['ORCPT=utf-8;grå@example.com', { originalRecipient: 'utf-8;grå@example.com' }],
  ])('%s', (text, expected) => {
    expect(rcpt(`TO:<a@b.test> ${text}`)).toEqual({ address: 'a@b.test', ...expected })
  })

  test.each([
    'NOTIFY',
    'NOTIFY=',
    'NOTIFY=NEVER,SUCCESS',
    'NOTIFY=NEVER,NEVER',
    'NOTIFY=SUCCESS,',
    'NOTIFY=SOMETIMES',
    'NOTIFY=SUCCESS NOTIFY=FAILURE',
    'ORCPT=a@example.com',
    'ORCPT=rfc822;',
    'ORCPT=rfc822;a+0D+0Ab',
    'ORCPT=rfc822;grå@example.com',
    'ORCPT=rfc 822;a',
    `ORCPT=rfc822;${'x'.repeat(500)}`,
  ])('%s is wrong', (text) => {
    expect(rcpt(`TO:<a@b.test> ${text}`)).toBe(badArguments)
  })

  test('DSN parameters are not known where DSN is not announced', () => {
    expect(rcpt('TO:<a@b.test> NOTIFY=NEVER', none)).toBe('555 5.5.4 Unsupported parameter')
  })
})

test('any argument is read or refused, never an error', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    '@',
    '"',
    '\\',
    '.',
    ':',
    ' ',
    '[',
    ']',
    '=',
    '+',
    'a',
    'å',
  )
  const argument = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: part }),
    fc.string({ unit: part }).map((text) => `FROM:<${text}`),
    fc.string({ unit: part }).map((text) => `TO:<a@b.test> ORCPT=rfc822;${text}`),
  )
  fc.assert(
    fc.property(argument, fc.boolean(), (text, smtpUtf8) => {
      mail(text)
      const result = rcpt(text, all, smtpUtf8)
      if (typeof result !== 'string') expect(result.address).not.toMatch(/[\x00-\x1f]/)
    }),
    { numRuns: 2000 },
  )
})

test('a hostile path is read in time that grows with its length', () => {
  const begin = process.cpuUsage()
  for (const unit of ['a.', 'a-', '@a,', '"\\', '[1.', 'a', '-', '@']) {
    for (const end of ['', '>', '!', ':']) mail(`FROM:<${unit.repeat(20_000)}${end}`)
  }
  // Processor time in microseconds, which a busy machine does not lengthen.
  expect(process.cpuUsage(begin).user).toBeLessThan(2_000_000)
})
