import { describe, expect, test } from 'vitest'
import {
  inboundFields,
  outboundFields,
  rewrittenFields,
  rewrittenValue,
} from '../../../../src/agents/address-rewriting/rewritten-fields.ts'
import { HeaderBlock } from '../../../../src/message/header-block.ts'

const rewrite = (address: string) =>
  address.toLowerCase().endsWith('@in.example')
    ? `${address.slice(0, address.lastIndexOf('@'))}@out.example`
    : undefined

describe('a value', () => {
  test.each([
    [' ann@in.example', ' ann@out.example'],
    [' "In, A." <ann@in.example>', ' "In, A." <ann@out.example>'],
    [' "ann@in.example" <ann@in.example>', ' "ann@in.example" <ann@out.example>'],
    [' =?utf-8?Q?J=C3=B6rg?= <j@IN.example>', ' =?utf-8?Q?J=C3=B6rg?= <j@out.example>'],
    [
      ' a@in.example, b@else.example , c@in.example',
      ' a@out.example, b@else.example , c@out.example',
    ],
    [' Team: a@in.example,\r\n\tb@in.example;', ' Team: a@out.example,\r\n\tb@out.example;'],
    [' a@in.example (at ann@in.example)', ' a@out.example (at ann@in.example)'],
    [' <@r.example:a@in.example>', ' <@r.example:a@out.example>'],
    [' "a b"@in.example', ' "a b"@out.example'],
    [' \xe9\xff <a@in.example>', ' \xe9\xff <a@out.example>'],
  ])('%j', async (value, expected) => {
    const octets = await rewrittenValue(Buffer.from(value, 'latin1'), rewrite)
    expect(octets?.toString('latin1')).toBe(expected)
  })

  test('without such an address is left alone', async () => {
    expect(
      await rewrittenValue(Buffer.from(' b@else.example, "a@in.example"'), rewrite),
    ).toBeUndefined()
  })
})

/** The reference's table: which field is rewritten in which direction. */
const rewrittenOutbound = [
  ...['From', 'Sender', 'Reply-To', 'Return-Receipt-To', 'Disposition-Notification-To'],
  ...['Resent-From', 'Resent-Sender'],
]
const rewrittenInbound = ['To', 'Cc']
const never = [
  ...['Return-Path', 'Received', 'Message-ID', 'X-MS-TNEF-Correlator', 'Content-Type', 'Bcc'],
  ...['Resent-To', 'Resent-Cc', 'In-Reply-To', 'References', 'Subject'],
]

describe.each([
  ['outbound', outboundFields, rewrittenOutbound, rewrittenInbound],
  ['inbound', inboundFields, rewrittenInbound, rewrittenOutbound],
] as const)('%s', (_, names, changed, unchanged) => {
  const changes = async (name: string) => {
    const header = new HeaderBlock(Buffer.from(`${name}: <ann@in.example>\r\n`))
    const fields = await rewrittenFields(header, names, rewrite)
    return fields.map(({ octets }) => octets.toString())
  }

  test.each(changed)('%s is rewritten', async (name) => {
    expect(await changes(name)).toEqual([' <ann@out.example>'])
  })

  test.each([...unchanged, ...never])('%s is not', async (name) => {
    expect(await changes(name)).toEqual([])
  })
})

test('fields are told by their place among those of their name', async () => {
  const lines = [
    'Cc: a@else.example',
    'TO: b@in.example',
    'cc: c@in.example,',
    ' d@in.example',
    'Subject: x',
    'To: e@in.example',
  ]
  const header = new HeaderBlock(Buffer.from(lines.map((line) => `${line}\r\n`).join('')))
  const fields = await rewrittenFields(header, inboundFields, rewrite)
  const told = fields.map(({ name, index, octets }) => [name, index, octets.toString()])
  expect(told).toEqual([
    ['to', 0, ' b@out.example'],
    ['cc', 1, ' c@out.example,\r\n d@out.example'],
    ['to', 1, ' e@out.example'],
  ])
})

test('a long field of a stranger holds nobody up', async () => {
  const value = Buffer.from('a@in.example,'.repeat(20_000))
  let turns = 0
  const count = setInterval(() => turns++, 0)
  const rewritten = await rewrittenValue(value, rewrite)
  clearInterval(count)
  expect(rewritten?.length).toBe('a@out.example,'.length * 20_000)
  expect(turns).toBeGreaterThan(20)
})
