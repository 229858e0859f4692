import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../../src/commands/run-command.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { captured } from '../../support/captured-output.ts'

const shipped = join(import.meta.dirname, '../../../config/edge.yaml')

test('one line and exit code 0 for a good file', async () => {
  const io = captured()
  expect(await runCommand(['check-config', '--config', shipped], io)).toBe(0)
  expect(io.out()).toBe(
    `OK: 2 Receive connectors, 2 Send connectors, 1 accepted domain, 0 users, 0 certificates (Edge server EDGE01, edge01.contoso.com, ${shipped})\n`,
  )
  expect(io.err()).toBe('')
})

test('a line for each problem and exit code 1 for a bad file, named by the environment', async () => {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, 'Server:\n  Fqnd: edge01\n  Name: a b\n')
  const io = captured({ env: { EDGE_CONFIG: file } })
  expect(await runCommand(['check-config'], io)).toBe(1)
  expect(io.err().trimEnd().split('\n')).toEqual([
    `${file}:2:3 Server: unknown key Fqnd; did you mean Fqdn?`,
    expect.stringContaining(`${file}:3:9 Server.Name: must be a short name`),
  ])
  expect(io.out()).toBe('')
})

test('warnings do not make a file bad', async () => {
  const file = join(await tempFolder(), 'server.yaml')
  await writeFile(file, 'Server: { Role: Edge }')
  const io = captured()
  expect(await runCommand(['check-config', '--config', file], io)).toBe(0)
  expect(io.err()).toContain('warning: ')
  expect(io.out()).toMatch(/^OK: /)
})

test('--schema prints the JSON Schema', async () => {
  const io = captured()
  expect(await runCommand(['check-config', '--schema'], io)).toBe(0)
  expect(JSON.parse(io.out())).toMatchObject({ type: 'object', additionalProperties: false })
})

test('an unknown flag is a usage error', async () => {
  const io = captured()
  expect(await runCommand(['check-config', '--konfig'], io)).toBe(2)
  expect(io.err()).toContain('Usage: edge check-config')
})

test('tells what is wrong in the file of recipients, which a start would go on without', async () => {
  const folder = await tempFolder()
  const config = join(folder, 'server.yaml')
  await writeFile(
    config,
    'Server: { Name: EDGE01, Fqdn: edge01.example.com, Role: Edge }\nDirectory: { File: r.csv }\n',
  )
  await writeFile(join(folder, 'r.csv'), 'RecipientType,Name,EmailAddresses\nUserMailbox,A,none\n')
  const io = captured()
  expect(await runCommand(['check-config', '--config', config], io)).toBe(1)
  expect(io.err()).toContain(`${join(folder, 'r.csv')}:2: EmailAddresses must have addresses`)
})
