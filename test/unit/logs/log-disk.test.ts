import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { errorCode, systemLogDisk } from '../../../src/logs/log-disk.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const logDisk = new URL('../../../src/logs/log-disk.ts', import.meta.url).href

test('a file is created with its folders, and never twice', async () => {
  const path = join(await tempFolder(), 'deep', 'folder', 'a.log')
  const file = await systemLogDisk.create(path)
  await file.append(Buffer.from('one\r\n'))
  await file.close()
  await expect(systemLogDisk.create(path)).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readFile(path, 'latin1')).toBe('one\r\n')
})

test('a file in the place of the folder is another trouble than a log that exists', async () => {
  const folder = join(await tempFolder(), 'logs')
  await writeFile(folder, '')
  const error: unknown = await systemLogDisk.create(join(folder, 'a.log')).catch((e: unknown) => e)
  expect(String(error)).toContain(`${folder} is not a folder`)
  expect(errorCode(error)).toBeUndefined()
})

test('a working folder that was deleted is told, and does not keep the process busy', async () => {
  const folder = await tempFolder()
  const program = `
    import { rmSync } from 'node:fs'
    const { systemLogDisk } = await import(${JSON.stringify(logDisk)})
    rmSync(${JSON.stringify(folder)}, { recursive: true })
    await systemLogDisk.create('data/logs/a.log').catch((error) => console.log(error.message))
  `
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: folder, timeout: 4000 },
  )
  expect(stdout).toContain('the folder above it was deleted')
})
