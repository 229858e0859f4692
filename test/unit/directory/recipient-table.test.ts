import { describe, expect, test } from 'vitest'
import { buildIndex } from '../../../src/directory/recipient-index.ts'
import { type RecipientEntry, readEntry } from '../../../src/directory/recipient-entry.ts'
import { readRecipients } from '../../../src/directory/recipient-list.ts'
import { RecipientTable } from '../../../src/directory/recipient-table.ts'

const mailbox = (name: string, ...addresses: readonly string[]): RecipientEntry => ({
  Name: name,
  RecipientType: 'UserMailbox',
  EmailAddresses: addresses,
  Members: [],
})
const group = (name: string, address: string, members: readonly string[]): RecipientEntry => ({
  Name: name,
  RecipientType: 'DistributionGroup',
  EmailAddresses: [address],
  Members: members,
})

function tableOf(...entries: readonly RecipientEntry[]): RecipientTable {
  const { recipients, problems } = readRecipients(entries)
  expect(problems).toEqual([])
  return new RecipientTable(buildIndex(recipients))
}

describe('a table of recipients', () => {
  const david: RecipientEntry = {
    ...mailbox('David', 'SMTP:david@contoso.test'),
    RecipientType: 'RemoteMailbox',
    ExternalEmailAddress: 'SMTP:david@contoso.onmicrosoft.test',
  }
  const table = tableOf(
    mailbox('Julie', 'smtp:j@contoso.test', 'SMTP:Julie@contoso.test', 'X500:/o=Contoso/cn=julie'),
    david,
    group('Everybody', 'all@contoso.test', ['Julie', 'd@contoso.test', 'guest@fabrikam.test']),
    group('Nobody', 'none@contoso.test', []),
    mailbox('Zoë', 'zoë@bücher.test'),
  )

  test('finds a recipient by each of its addresses, without case', () => {
    for (const address of ['julie@contoso.test', 'J@CONTOSO.test'])
      expect(table.find(address)).toEqual({
        kind: 'found',
        recipient: {
          type: 'UserMailbox',
          name: 'Julie',
          primaryAddress: 'Julie@contoso.test',
          addresses: ['Julie@contoso.test', 'j@contoso.test'],
        },
      })
    expect(table.find('zoë@xn--bcher-kva.test')).toMatchObject({ kind: 'found' })
    expect(table.hasRecipients).toBe(true)
  })

  test('knows no other address, and without recipients says so', () => {
    expect(table.find('nobody@contoso.test')).toEqual({ kind: 'unknown' })
    expect(table.find('/o=Contoso/cn=julie')).toEqual({ kind: 'unknown' })
    const empty = tableOf()
    expect(empty.hasRecipients).toBe(false)
    expect(empty.find('julie@contoso.test')).toEqual({ kind: 'unknown' })
  })

  test('gives the target address, and the members of groups by their addresses', () => {
    const found = table.find('david@contoso.test')
    expect(found).toMatchObject({
      recipient: { externalAddress: 'david@contoso.onmicrosoft.test' },
    })
    const members = ['all@contoso.test', 'none@contoso.test'].map((address) => {
      const answer = table.find(address)
      return answer.kind === 'found' && table.members(answer.recipient)
    })
    expect(members).toEqual([
      {
        kind: 'found',
        addresses: ['Julie@contoso.test', 'd@contoso.test', 'guest@fabrikam.test'],
        unknown: [],
      },
      { kind: 'found', addresses: [], unknown: [] },
    ])
  })

  test('tells ten thousand recipients apart and gives them in their order', () => {
    const many = Array.from({ length: 10_000 }, (_, number) =>
      mailbox(`User ${number}`, `SMTP:user${number}@contoso.test`, `smtp:u${number}@contoso.test`),
    )
    const large = tableOf(...many)
    for (const number of [0, 1, 4_711, 9_999])
      expect(large.find(`u${number}@contoso.test`)).toMatchObject({
        recipient: { name: `User ${number}` },
      })
    expect(large.find('u10000@contoso.test')).toEqual({ kind: 'unknown' })
    expect([...large.recipients()].map(({ name }) => name)).toEqual(many.map(({ Name }) => Name))
  })
})

test('a contact without addresses of its own is known by its external one', () => {
  const { recipient, problems } = readEntry({
    ...mailbox('Partner'),
    RecipientType: 'MailContact',
    ExternalEmailAddress: 'smtp:partner@fabrikam.test',
  })
  expect(problems).toEqual([])
  expect(recipient).toMatchObject({
    primaryAddress: 'partner@fabrikam.test',
    externalAddress: 'partner@fabrikam.test',
  })
})
