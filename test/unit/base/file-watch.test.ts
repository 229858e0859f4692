import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { FileWatch } from '../../../src/base/file-watch.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function watching(file: string, quietTime = 10): Promise<() => Promise<void>> {
  let changed = Promise.withResolvers<void>()
  const watch = new FileWatch({
    files: [file],
    clock: systemClock,
    quietTime,
    onChange: () => changed.resolve(),
    onError: (error) => changed.reject(error),
  })
  onTestFinished(() => watch[Symbol.dispose]())
  await watch.ready()
  return async () => {
    await changed.promise
    changed = Promise.withResolvers()
  }
}

test('sees a file written in place, replaced by a rename, and made anew', async () => {
  const folder = await tempFolder()
  const file = join(folder, 'server.yaml')
  const change = await watching(file)
  await writeFile(file, 'a')
  await change()
  await writeFile(file, 'b')
  await change()
  await writeFile(join(folder, 'new'), 'c')
  await rename(join(folder, 'new'), file)
  await change()
})

test('sees the swapped link of a Kubernetes volume', async () => {
  const folder = await tempFolder()
  for (const version of ['v1', 'v2']) {
    await mkdir(join(folder, version))
    await writeFile(join(folder, version, 'server.yaml'), version)
  }
  await symlink('v1', join(folder, '..data'))
  await symlink('..data/server.yaml', join(folder, 'server.yaml'))
  const change = await watching(join(folder, 'server.yaml'))
  await symlink('v2', join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  await change()
})

test('sees a change behind a link into another folder', async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, 'real'))
  await mkdir(join(folder, 'config'))
  await writeFile(join(folder, 'real', 'server.yaml'), 'a')
  await symlink('../real/server.yaml', join(folder, 'config', 'server.yaml'))
  const change = await watching(join(folder, 'config', 'server.yaml'))
  await writeFile(join(folder, 'real', 'server.yaml'), 'b')
  await change()
})

test('sees a change in a folder that is never quiet', async ({ signal }) => {
  const folder = await tempFolder()
  const file = join(folder, 'server.yaml')
  await writeFile(file, 'a')
  const change = await watching(file, 100)
  const seen = new AbortController()
  void change().then(() => seen.abort())
  const end = AbortSignal.any([seen.signal, signal])
  while (!end.aborted) await writeFile(join(folder, 'busy.log'), 'x')
  expect(seen.signal.aborted).toBe(true)
})
