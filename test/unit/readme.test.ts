import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandTable } from '../../src/commands/command-table.ts'
import { runCommand } from '../../src/commands/run-command.ts'
import { captured } from '../support/captured-output.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testCertificate } from '../support/test-certificate.ts'

const root = join(import.meta.dirname, '../..')
const readme = await readFile(join(root, 'README.md'), 'utf8')

test("the README's configuration is right", async () => {
  const folder = await tempFolder()
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(readme) ?? []
  const { cert, key } = await testCertificate(['mail.contoso.com'])
  await mkdir(join(folder, 'config/secrets'), { recursive: true })
  await mkdir(join(folder, 'certs'))
  await writeFile(join(folder, 'config/server.yaml'), example)
  await writeFile(join(folder, 'config/secrets/smart-host'), 'secret\n')
  await writeFile(join(folder, 'certs/mail.contoso.com.pem'), cert)
  await writeFile(join(folder, 'certs/mail.contoso.com.key'), key)
  const io = captured()
  const args = ['check-config', '--config', join(folder, 'config/server.yaml')]
  expect([await runCommand(args, io), io.err()]).toEqual([0, ''])
  expect(io.out()).toContain('3 Receive connectors, 2 Send connectors')
})

test('the README lists the commands as the help does', () => {
  const helped = commandTable.map(({ name, usage, summary }) => [
    `${name} ${usage}`.trimEnd(),
    summary,
  ])
  const listed = tableRows('Command').map(([usage = '', does = '']) => [
    usage.replaceAll('\\|', '|').replaceAll('`', ''),
    does.replaceAll('`', ''),
  ])
  expect(listed).toEqual(helped)
})

describe('each difference has its test', () => {
  const rows = tableRows('Difference').map(
    ([difference = '', , tests = '']) => [difference, tests] as const,
  )

  test.each(rows)('%s', async (_, tests) => {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(0)
    let folder = ''
    const found = files.map((file) => {
      const path = file.includes('/') ? file : join(folder, file)
      folder = dirname(path)
      return globSync(path, { cwd: root })
    })
    expect(found.filter((paths) => paths.length === 0)).toEqual([])
    const texts = await Promise.all(found.flat().map((path) => readFile(join(root, path), 'utf8')))
    const names = [...tests.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
    expect(names.filter((name) => !texts.some((text) => text.includes(name)))).toEqual([])
  })
})

/** The cells of the table whose first column is called `title`. */
function tableRows(title: string): readonly (readonly string[])[] {
  const lines = readme.split('\n')
  const head = lines.findIndex((line) => line.startsWith(`| ${title} `))
  const end = lines.indexOf('', head)
  return lines.slice(head + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )
}
