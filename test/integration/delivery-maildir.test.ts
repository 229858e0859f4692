import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { agentBench, agentCopy } from '../support/agent-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'

const maildir = (path: string, dataFolder: string) =>
  agentBench({ DeliveryProtocol: 'maildir', Settings: { Path: path } }, { dataFolder })

test('each message is one file in new, with the line ends of Unix, made when there is no maildir', async () => {
  const dataFolder = await tempFolder()
  const { end, results } = await maildir('archive/app', dataFolder).serve(
    agentCopy('a@app.test', 'b@app.test'),
    agentCopy('c@app.test'),
  )
  expect(end).toEqual({ kind: 'served' })
  const path = join(dataFolder, 'archive', 'app')
  const files = (await readdir(join(path, 'new'))).sort()
  expect(files).toHaveLength(2)
  expect(results[0]).toBe(
    `delivered a@app.test 250 2.0.0 Delivered to maildir as ${files[0] ?? ''}`,
  )
  expect(files[0]).toMatch(/^\d+\.M\d+P\d+Q\d+\.edge01\.test$/)
  expect(await readFile(join(path, 'new', files[0] ?? ''), 'utf8')).toBe(
    'Return-Path: <sender@edge.test>\nDelivered-To: a@app.test\nDelivered-To: b@app.test\nSubject: Test\n\nHello\n',
  )
  expect(await readdir(join(path, 'tmp'))).toEqual([])
  for (const folder of [path, join(path, 'new'), join(path, 'cur'), join(path, 'tmp')])
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(path, 'new', files[0] ?? ''))).mode & 0o777).toBe(0o600)
})

test.each(['tmp', 'new'])('a maildir without %s has it again', async (part) => {
  const folder = await tempFolder()
  const bench = maildir(join(folder, 'box'), '/nowhere')
  await bench.serve(agentCopy('a@app.test'))
  await rm(join(folder, 'box', part), { recursive: true })
  expect((await bench.serve(agentCopy('b@app.test'))).results).toHaveLength(1)
  expect(await readdir(join(folder, 'box', 'tmp'))).toEqual([])
})

describe('a maildir elsewhere', () => {
  test('is made in a folder that is there', async () => {
    const folder = await tempFolder()
    const { results } = await maildir(join(folder, 'box'), '/nowhere').serve(
      agentCopy('a@app.test'),
    )
    expect(results).toHaveLength(1)
    expect(await readdir(join(folder, 'box', 'new'))).toHaveLength(1)
  })

  test('waits for a folder that is not', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'home', 'box')
    const bench = maildir(path, '/nowhere')
    const { end, lane } = await bench.serve(agentCopy('a@app.test'))
    expect(end).toEqual({
      kind: 'unreachable',
      error: `451 4.4.0 The maildir ${path} does not exist (ENOENT)`,
    })
    expect(lane.returned).toHaveLength(1)
    await mkdir(join(folder, 'home'))
    expect((await bench.serve(agentCopy('a@app.test'))).results).toHaveLength(1)
  })
})
