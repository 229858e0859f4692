import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { programForEverybody } from '../support/program-for-everybody.ts'
import { shippedConfig } from '../support/shipped-config.ts'
import { tempFolder } from '../support/temp-folder.ts'

test.runIf(process.getuid?.() === 0)(
  'a container by any user id: a configuration that is only read is told, and the attempt recorded',
  async () => {
    const folder = await tempFolder()
    const data = join(folder, 'data')
    const config = join(folder, 'server.yaml')
    await mkdir(data)
    await writeFile(config, shippedConfig({ address: '127.0.101.3' }))
    await chmod(folder, 0o755)
    await chmod(data, 0o777)
    const env = { ...process.env, EDGE_CONFIG: config, EDGE_DATA: data }
    const { node, edge } = await programForEverybody()
    const run = async (...args: readonly string[]) =>
      await promisify(execFile)(node, [edge, ...args], { env, uid: 12345, gid: 0 })

    const change = run('Set-SendConnector', 'To Internet', '-Port', '26')
    await expect(change).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /server\.yaml cannot be changed: this account may not write to it or to its folder/,
      ) as string,
    })
    const { stdout } = await run('Search-AdminAuditLog')
    expect(stdout).toMatch(/ 12345 +Set-SendConnector +To Internet +False/)
  },
)
