import { expect, test } from 'vitest'
import { FileConfiguration } from '../../../../src/admin/cmdlets/file-configuration.ts'
import { configurationCmdlets } from '../../../../src/admin/cmdlets/all.ts'
import { builtInCmdlets } from '../../../../src/admin/shell/built-in/built-in-cmdlets.ts'
import { parametersOf } from '../../../../src/admin/shell/common-parameters.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { SettingsShell } from '../../../support/settings-shell.ts'
import { publishedCmdlets } from './published-parameters.ts'

const words = (text: string) => text.split(/\s+/).filter(Boolean).sort()

// The tables are asked for alone; nothing is read or changed.
const configuration = new FileConfiguration({
  ...{ configFile: 'server.yaml', dataFolder: 'data', clock: new FakeClock() },
  reload: () => Promise.resolve([]),
})
const cmdlets = configurationCmdlets(configuration)

test.each(Object.entries(publishedCmdlets))(
  '%s knows each published parameter, and works or refuses it',
  (name, published) => {
    const cmdlet = cmdlets.find((each) => each.name === name)
    if (cmdlet === undefined) throw new Error(`there is no ${name}`)
    const parameters = Object.entries(parametersOf(cmdlet))
    const of = (wanted: boolean) =>
      parameters
        .filter(([, { refused }]) => (refused !== undefined) === wanted)
        .map(([parameter]) => parameter)
    expect(words(published.works).filter((word) => !of(false).includes(word))).toEqual([])
    expect(words(published.refused).filter((word) => !of(true).includes(word))).toEqual([])
  },
)

test.each(cmdlets.map(({ name }) => name))(
  '%s has help with an example for it all',
  async (name) => {
    const cmdlet = cmdlets.find((each) => each.name === name)
    const settings = await SettingsShell.on('')
    const help = await settings.run(`Get-Help ${name} -Full`)
    expect(help).toContain(cmdlet?.synopsis)
    expect(cmdlet?.examples.length).toBeGreaterThan(0)
    const bare = Object.entries(cmdlet?.parameters ?? {}).filter(([, { help }]) =>
      help.startsWith('The setting '),
    )
    expect(bare.map(([parameter]) => parameter)).toEqual([])
  },
)

test('no name is taken twice', () => {
  const names = [...builtInCmdlets(), ...cmdlets].flatMap(({ name, aliases = [] }) => [
    name,
    ...aliases,
  ])
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})
