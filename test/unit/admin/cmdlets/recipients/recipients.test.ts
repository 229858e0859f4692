import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SettingsShell } from '../../../../support/settings-shell.ts'

const start = `Server: { Name: EDGE01, Fqdn: edge01.contoso.com, Role: Edge }
AcceptedDomains: [{ DomainName: contoso.com }]
`

describe('recipients by cmdlets', () => {
  test('are made as Exchange makes them', async () => {
    const settings = await SettingsShell.on(start)
    expect(
      await settings.run('New-MailUser "Ed Banti" -ExternalEmailAddress SMTP:ed@fabrikam.com'),
    ).toMatch(/Ed Banti +MailUser +EdBanti@contoso\.com +SMTP:ed@fabrikam\.com/)
    await settings.run(
      'New-RemoteMailbox David -RemoteRoutingAddress david@contoso.mail.onmicrosoft.com -PrimarySmtpAddress d@contoso.com',
    )
    await settings.run('New-MailContact Partner -ExternalEmailAddress info@fabrikam.com')
    await settings.run(
      "New-DistributionGroup -Name Sales -Members 'David','smtp:guest@fabrikam.com'",
    )
    expect(await settings.text()).toBe(`${start}
Recipients:
  - Name: Ed Banti
    RecipientType: MailUser
    EmailAddresses: [SMTP:EdBanti@contoso.com]
    ExternalEmailAddress: SMTP:ed@fabrikam.com
  - Name: David
    RecipientType: RemoteMailbox
    EmailAddresses: [SMTP:d@contoso.com]
    ExternalEmailAddress: SMTP:david@contoso.mail.onmicrosoft.com
  - Name: Partner
    RecipientType: MailContact
    EmailAddresses: [SMTP:info@fabrikam.com]
    ExternalEmailAddress: SMTP:info@fabrikam.com
  - Name: Sales
    RecipientType: DistributionGroup
    EmailAddresses: [SMTP:Sales@contoso.com]
    Members: [David, guest@fabrikam.com]
`)
    expect(settings.reloads.at(-1)?.Recipients).toHaveLength(4)
  })

  test('are changed, found by name, alias or address', async () => {
    const settings = await SettingsShell.on(start)
    await settings.run('New-MailUser Ed -ExternalEmailAddress ed@fabrikam.com')
    await settings.run("Set-MailUser Ed -EmailAddresses @{Add='smtp:edward@contoso.com'}")
    await settings.run('Set-MailUser ed@contoso.com -PrimarySmtpAddress e.banti@contoso.com')
    await settings.run('Set-MailUser e.banti -ExternalEmailAddress new@fabrikam.com -Name Edward')
    expect(
      await settings.run(
        'Get-MailUser edward@contoso.com | Format-List Name,EmailAddresses,ExternalEmailAddress',
      ),
    ).toContain(`Name                 : Edward
EmailAddresses       : {SMTP:e.banti@contoso.com, smtp:Ed@contoso.com, smtp:edward@contoso.com}
ExternalEmailAddress : SMTP:new@fabrikam.com`)
  })

  test('have no address that another one has, and no name', async () => {
    const settings = await SettingsShell.on(start)
    await settings.run('New-MailUser Ed -ExternalEmailAddress ed@fabrikam.com')
    const twice = await settings.errorOf(
      'New-MailUser Other -ExternalEmailAddress x@fabrikam.com -PrimarySmtpAddress ED@contoso.com',
    )
    expect(twice).toContain('ED@contoso.com is an address of Ed already')
    expect(await settings.errorOf('New-MailContact Ed -ExternalEmailAddress y@fabrikam.com')).toBe(
      'The mail contact "Ed" already exists.',
    )
    expect(await settings.errorOf('New-MailUser X -ExternalEmailAddress nothing')).toContain(
      'is not an address such as alice@contoso.com',
    )
    expect(await settings.errorOf('Set-MailContact Ed -Name X')).toContain("couldn't be found")
  })

  test('leave the groups that name them when they go, and take them along when they are renamed', async () => {
    const settings = await SettingsShell.on(start)
    await settings.run('New-MailUser Ed -ExternalEmailAddress ed@fabrikam.com')
    await settings.run('New-MailUser Flo -ExternalEmailAddress flo@fabrikam.com')
    await settings.run('New-DistributionGroup Sales -Members Ed,flo@contoso.com,x@fabrikam.com')
    await settings.run('Set-MailUser Ed -Name Edward')
    expect(await settings.text()).toContain('Members: [Edward, Flo, x@fabrikam.com]')
    await settings.run('Remove-MailUser Flo -Confirm:$false')
    expect(await settings.text()).toContain('Members: [Edward, x@fabrikam.com]')
  })

  test('are refused from the first one on when they are not listed, which is told', async () => {
    const settings = await SettingsShell.on(start)
    const make = (name: string) => `New-MailUser ${name} -ExternalEmailAddress ${name}@fabrikam.com`
    expect(await settings.run(make('Ed'))).toContain(
      'WARNING: From now on recipients of contoso.com that are not listed are refused;',
    )
    expect(await settings.run(make('Flo'))).not.toContain('WARNING')
  })

  test('refuse by name what is not honoured', async () => {
    const settings = await SettingsShell.on(start)
    expect(
      await settings.errorOf(
        'New-MailUser Ed -ExternalEmailAddress ed@fabrikam.com -ModerationEnabled $true',
      ),
    ).toContain('nobody moderates messages here')
    await settings.run(
      'New-MailUser Ed -ExternalEmailAddress ed@fabrikam.com -ModerationEnabled $false',
    )
    expect(await settings.text()).toContain('Name: Ed')
  })
})

test('members of groups are added, shown and taken out', async () => {
  const settings = await SettingsShell.on(start)
  await settings.run('New-MailUser Ed -ExternalEmailAddress ed@fabrikam.com')
  await settings.run('New-DistributionGroup Sales')
  await settings.run('Add-DistributionGroupMember Sales -Member ed@contoso.com')
  await settings.run('Add-DistributionGroupMember sales@contoso.com -Member guest@fabrikam.com')
  expect(await settings.errorOf('Add-DistributionGroupMember Sales -Member Ed')).toBe(
    'The recipient "Ed" is already a member of the group "Sales".',
  )
  expect(await settings.errorOf('Add-DistributionGroupMember Sales -Member Nobody')).toContain(
    "object 'Nobody' couldn't be found",
  )
  const shown = await settings.run(
    'Get-DistributionGroupMember Sales | Format-Table Name,PrimarySmtpAddress,RecipientType',
  )
  expect(shown).toMatch(/Ed +Ed@contoso\.com +MailUser\n/)
  expect(shown).toMatch(/guest@fabrikam\.com +guest@fabrikam\.com +MailContact/)
  await settings.run('Remove-DistributionGroupMember Sales -Member Ed -Confirm:$false')
  expect(await settings.text()).toContain('Members: [guest@fabrikam.com]')
  expect(
    await settings.errorOf('Remove-DistributionGroupMember Sales -Member Ed -Confirm:$false'),
  ).toBe('The recipient "Ed" isn\'t a member of the group "Sales".')
})

describe('Get-Recipient', () => {
  async function withFile(): Promise<SettingsShell> {
    const settings = await SettingsShell.on(`${start}Directory: { File: r.csv }
Recipients:
  - { Name: Julie, RecipientType: UserMailbox, EmailAddresses: SMTP:julie@contoso.com }
`)
    const rows = Array.from(
      { length: 1200 },
      (_, row) => `UserMailbox,User ${row},SMTP:user${row}@contoso.com,,\n`,
    )
    const group = 'DistributionGroup,All,all@contoso.com,,User 1;User 2\n'
    await writeFile(
      join(settings.folder, 'r.csv'),
      `RecipientType,Name,EmailAddresses,ExternalEmailAddress,Members\n${rows.join('')}${group}`,
    )
    return settings
  }

  test('shows those of the file beside those of the configuration', async () => {
    const settings = await withFile()
    const shown = await settings.run(
      '"julie","user77@contoso.com" | Get-Recipient | ft Name,Source',
    )
    expect(shown).toMatch(/Julie +Configuration/)
    expect(shown).toMatch(/User 77 +File/)
    expect(await settings.run('Get-DistributionGroupMember All | ft Name')).toMatch(
      /User 1 *\nUser 2/,
    )
    expect(await settings.errorOf('Set-DistributionGroup All -Name Each')).toContain(
      "couldn't be found",
    )
  })

  test('limits, filters and counts', async () => {
    const settings = await withFile()
    expect(await settings.run('(Get-Recipient).Count')).toContain(
      'There are more results available',
    )
    expect(await settings.run('(Get-Recipient -ResultSize unlimited).Count')).toBe('1202\n')
    expect(
      await settings.run(
        `(Get-Recipient -Filter {RecipientType -eq 'MailUniversalDistributionGroup'}).Name`,
      ),
    ).toBe('All\n')
    expect(
      await settings.run(`(Get-Recipient -Filter "EmailAddresses -like '*user119*'").Count`),
    ).toBe('11\n')
    expect(await settings.run('(Get-Recipient -Anr jul).Name')).toBe('Julie\n')
    expect(
      await settings.run('(Get-Recipient -RecipientType MailUniversalDistributionGroup).Name'),
    ).toBe('All\n')
    expect(await settings.errorOf('Get-Recipient nobody@contoso.com')).toContain(
      "couldn't be found",
    )
  })

  test('says why the file cannot be read', async () => {
    const settings = await SettingsShell.on(`${start}Directory: { File: none.csv }\n`)
    expect(await settings.errorOf('Get-Recipient')).toContain('there is no such file')
  })
})
