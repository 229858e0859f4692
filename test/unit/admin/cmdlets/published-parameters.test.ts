import { expect, test } from 'vitest'
import { serverCmdlets } from '../../../../src/admin/cmdlets/all.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { parametersOf } from '../../../../src/admin/shell/common-parameters.ts'
import { cmdletRow, referencePage } from '../../../support/cmdlet-reference.ts'
import { idleAdministration } from '../../../support/idle-administration.ts'
import { publishedParameters } from './published-parameters.ts'

const ofServer = serverCmdlets(idleAdministration())
const builtIn = builtInCmdlets()
const documented = [
  ...ofServer,
  ...builtIn.filter(({ name }) => name === 'Get-Help' || name === 'Get-Command'),
]

/** Without a page in Microsoft's reference: the relay's own, and a script of Exchange's. */
const unpublished = [
  ...['Enable-ReceiveConnector', 'Disable-ReceiveConnector', 'Enable-SendConnector'],
  ...['Disable-SendConnector', 'Get-ProtocolLog', 'Test-Route', 'Assemble-Message'],
]

const same = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase()
const publishedFor = (name: string) => {
  const found = Object.entries(publishedParameters).find(([cmdlet]) => same(cmdlet)(name))
  return found?.[1].split(/\s+/)
}

test('each published cmdlet is there, and what is beyond them is known', () => {
  const names = documented.map(({ name }) => name)
  const published = Object.keys(publishedParameters)
  expect(published.filter((name) => !names.some(same(name)))).toEqual([])
  expect(names.filter((name) => !published.some(same(name))).sort()).toEqual(unpublished.sort())
})

test.each(Object.entries(publishedParameters))(
  '%s has each published parameter, to work or to be refused with a reason',
  (name, published) => {
    const cmdlet = documented.find((each) => same(each.name)(name))
    if (cmdlet === undefined) throw new Error(`there is no ${name}`)
    const parameters = Object.entries(parametersOf(cmdlet))
    const names = parameters.flatMap(([own, { aliases = [] }]) => [own, ...aliases])
    expect(published.split(/\s+/).filter((wanted) => !names.includes(wanted))).toEqual([])
    for (const [, { refused }] of parameters) expect(refused ?? 'x.').toMatch(/[^.]\.$|^x\.$/)
  },
)

// To renew the page: npx vitest run --project unit -u test/unit/admin/cmdlets/published-parameters.test.ts
test('docs/cmdlets.md tells of every parameter what the cmdlets do about it', async () => {
  const rows = documented
    .toSorted((a, b) => nounOf(a.name).localeCompare(nounOf(b.name), 'en'))
    .map((cmdlet) => cmdletRow(cmdlet, publishedFor(cmdlet.name)))
  await expect(referencePage(rows)).toMatchFileSnapshot('../../../../docs/cmdlets.md')
})

const nounOf = (name: string) => name.split('-')[1] ?? ''

test.each(ofServer.map((cmdlet) => [cmdlet.name, cmdlet] as const))(
  '%s has help of its own for each setting',
  (_name, cmdlet) => {
    const bare = Object.entries(cmdlet.parameters).filter(([, { help }]) =>
      help.startsWith('The setting '),
    )
    expect(bare.map(([parameter]) => parameter)).toEqual([])
  },
)

test('no name is taken twice', () => {
  const names = [...builtIn, ...ofServer].flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})
