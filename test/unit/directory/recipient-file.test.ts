import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadRecipientFile } from '../../../src/directory/loaded-file.ts'
import { loadFileAside } from '../../../src/directory/file-aside.ts'
import { parseRecipientFile } from '../../../src/directory/recipient-file.ts'
import { RecipientTable } from '../../../src/directory/recipient-table.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const header = 'RecipientType,Name,EmailAddresses,ExternalEmailAddress,Members'

async function loaded(text: string | Buffer, name = 'recipients.csv') {
  const file = join(await tempFolder(), name)
  await writeFile(file, text)
  const result = await loadRecipientFile(file)
  return result.kind === 'refused'
    ? result.problems.map((problem) => problem.replace(file, 'FILE'))
    : [...new RecipientTable(result.index).recipients()]
}

describe('a CSV file', () => {
  test('has lists with semicolons, quotation marks and any line ends', async () => {
    const text = [
      '\ufeffrecipienttype,NAME,EmailAddresses,ExternalEmailAddress,Members',
      'UserMailbox,"Doe, Jane",SMTP:jane@contoso.test;smtp:jd@contoso.test,,',
      '',
      'mailcontact,"The ""Other"", One",,SMTP:one@fabrikam.test',
      'DistributionGroup,All,all@contoso.test,,"Doe, Jane; x@fabrikam.test"',
    ].join('\r\n')
    expect(await loaded(text)).toEqual([
      {
        type: 'UserMailbox',
        name: 'Doe, Jane',
        primaryAddress: 'jane@contoso.test',
        addresses: ['jane@contoso.test', 'jd@contoso.test'],
      },
      expect.objectContaining({ name: 'The "Other", One' }),
      expect.objectContaining({ members: ['jane@contoso.test', 'x@fabrikam.test'] }),
    ])
  })

  test.each([
    ['empty', '', ['FILE: holds no recipients']],
    ['with its header alone', `${header}\n`, ['FILE: holds no recipients']],
    [
      'of other columns',
      'Type,Name,EmailAddresses,Name\na,b,c,d\n',
      [
        'FILE:1: there is nothing named "Type"; known are RecipientType, Name, EmailAddresses, ExternalEmailAddress, Members',
        'FILE:1: the column Name is there more than once',
        'FILE:1: the first line must name the column RecipientType',
      ],
    ],
    [
      'cut off in quotation marks',
      `${header}\nUserMailbox,A,a@contoso.test,,\nUserMailbox,"B`,
      ['FILE:3: a quotation mark is not closed'],
    ],
    [
      'with wrong recipients',
      `${header}\nUserMailbox,A,a@contoso.test,,\nMailbox,B,b@contoso.test,,\nMailUser,C,A@contoso.test,,\nUserMailbox,D,d@contoso.test,,,,x\n`,
      [
        'FILE:3: RecipientType must be one of UserMailbox, MailUser, MailContact, RemoteMailbox, DistributionGroup, not "Mailbox"',
        'FILE:5: has more fields than the 5 of the first line',
        'FILE:4: ExternalEmailAddress is missing; a MailUser has its mail at another address',
        'FILE:4: EmailAddresses A@contoso.test is an address of A already',
      ],
    ],
  ])('%s is refused whole, with the places', async (_, text, problems) => {
    expect(await loaded(text)).toEqual(problems)
  })

  test('that is no UTF-8, or not there, is refused', async () => {
    expect(
      await loaded(Buffer.from(`${header}\nUserMailbox,Zo\xeb,z@contoso.test\n`, 'latin1')),
    ).toEqual(['FILE: is not UTF-8'])
    expect(await loadRecipientFile('/nowhere/recipients.csv')).toMatchObject({
      problems: ['/nowhere/recipients.csv: there is no such file'],
    })
  })

  test('tells twenty problems of many', async () => {
    const rows = Array.from({ length: 100 }, (_, row) => `UserMailbox,U${row},none`).join('\n')
    expect(await loaded(`${header}\n${rows}\n`)).toHaveLength(20)
  })
})

describe('a JSON file', () => {
  test('is a list, or an object with Recipients', async () => {
    const recipients = [
      { RecipientType: 'UserMailbox', Name: 'A', EmailAddresses: ['SMTP:a@contoso.test'] },
      {
        recipientType: 'DistributionGroup',
        Name: 'G',
        EmailAddresses: 'g@contoso.test',
        Members: ['A'],
      },
    ]
    const expected = [
      expect.objectContaining({ primaryAddress: 'a@contoso.test' }),
      expect.objectContaining({ members: ['a@contoso.test'] }),
    ]
    expect(await loaded(JSON.stringify(recipients), 'r.json')).toEqual(expected)
    expect(await loaded(JSON.stringify({ Recipients: recipients }), 'r.JSON')).toEqual(expected)
  })

  test.each([
    ['[', 'is not JSON'],
    ['{}', 'must hold a list of recipients'],
    ['[3]', 'is no object'],
    ['[{"Name": {}}]', 'Name must be text or a list of texts'],
    ['[{"Mail": "x"}]', 'there is nothing named "Mail"'],
  ])('%s is refused', (text, message) => {
    const { problems } = parseRecipientFile(text, true)
    expect(problems[0]?.message).toContain(message)
  })
})

test('a process aside gives the same', async () => {
  const file = join(await tempFolder(), 'recipients.csv')
  await writeFile(file, `${header}\nUserMailbox,A,a@contoso.test,,\n`)
  expect(await loadFileAside(file)).toEqual(await loadRecipientFile(file))
  expect(await loadFileAside('/nowhere.csv')).toMatchObject({ kind: 'refused' })
})
