import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { locations, requireKnownVariables } from '../../../src/commands/locations.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('flags win over the environment, and the environment over the defaults', () => {
  const env = { EDGE_CONFIG: '/etc/edge.yaml', EDGE_DATA: '/data' }
  expect(locations({ config: 'a.yaml', data: 'b', env })).toEqual({
    configFile: 'a.yaml',
    dataFolder: 'b',
  })
  expect(locations({ env })).toEqual({ configFile: '/etc/edge.yaml', dataFolder: '/data' })
  expect(locations({ env: { EDGE_CONFIG: '' } })).toEqual({
    configFile: 'config/server.yaml',
    dataFolder: 'data',
  })
})

describe('settings of the environment', () => {
  async function settings() {
    const folder = await tempFolder()
    const data = join(folder, 'data')
    const env = { EDGE_CONFIG: join(folder, 'none.yaml'), EDGE_DATA: data, EDGE_FQDN: 'mail.test' }
    return { env, made: join(data, 'environment.yaml') }
  }

  test('make a file in the data folder, for its owner alone, anew at each start', async () => {
    const { env, made } = await settings()
    expect(locations({ env }).configFile).toBe(made)
    expect((await stat(made)).mode & 0o777).toBe(0o600)
    await writeFile(made, 'changed')
    locations({ env })
    expect(await readFile(made, 'utf8')).toBe('changed')
    locations({ env, starts: true })
    expect(await readFile(made, 'utf8')).toContain('Fqdn: "mail.test"')
    // As the supervisor names it to its services.
    expect(locations({ config: made, env }).configFile).toBe(made)
  })

  test('and a file together are refused', async () => {
    const { env } = await settings()
    await writeFile(env.EDGE_CONFIG, 'Server: {}')
    expect(() => locations({ env })).toThrow(
      `${env.EDGE_CONFIG} is there, and the environment has the setting EDGE_FQDN`,
    )
  })

  test('that contradict one another are told together', async () => {
    const { env } = await settings()
    expect(() => locations({ env: { ...env, EDGE_USER: 'a', EDGE_KEY_FILE: 'k' } })).toThrow(
      /EDGE_USER is given without[^]*EDGE_KEY_FILE is given without/,
    )
  })
})

test.each([
  [{ EDGE_FQND: 'x' }, 'there is no setting EDGE_FQND; did you mean EDGE_FQDN?'],
  [
    { EDGE_LOG_LEVEL: 'loud' },
    'EDGE_LOG_LEVEL must be one of debug, info, warn, error, not "loud"',
  ],
])('a start with %j is refused', (env, told) => {
  expect(() => requireKnownVariables(env)).toThrow(told)
})
