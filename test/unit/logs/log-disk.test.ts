import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCode, systemLogDisk } from '../../../src/logs/log-disk.ts'
import { tempFolder } from '../../support/temp-folder.ts'

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
