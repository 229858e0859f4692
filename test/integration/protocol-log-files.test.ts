import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LiveValue } from '../../src/base/live.ts'
import { openProtocolLog } from '../../src/logs/open-protocol-log.ts'
import { SessionIds } from '../../src/logs/session-ids.ts'
import { FakeClock } from '../support/fake-clock.ts'

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'protocol-log-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

const limits = {
  ReceiveProtocolLogPath: '',
  ReceiveProtocolLogMaxAge: 0,
  ReceiveProtocolLogMaxDirectorySize: 30_000,
  ReceiveProtocolLogMaxFileSize: 10_000,
  SendProtocolLogPath: '',
  SendProtocolLogMaxAge: 0,
  SendProtocolLogMaxDirectorySize: Infinity,
  SendProtocolLogMaxFileSize: Infinity,
}
const session = {
  connectorId: 'MAIL1\\Default Frontend MAIL1',
  local: { address: '192.0.2.25', port: 25 },
  remote: { address: '203.0.113.77', port: 50122 },
  verbose: true,
}

function open(changes: Partial<typeof limits> = {}) {
  const warnings: string[] = []
  const clock = new FakeClock('2026-01-02T03:04:05.678Z')
  const log = openProtocolLog({
    service: 'FrontEnd',
    direction: 'Receive',
    dataFolder,
    settings: new LiveValue({ ...limits, ...changes }),
    ids: new SessionIds(clock, () => 0),
    clock,
    warn: (message) => warnings.push(message),
  })
  return { log, warnings }
}

test('makes its folder on demand and begins a new file after a restart', async () => {
  const folder = join(dataFolder, 'logs/FrontEnd/ProtocolLog/SmtpReceive')
  const first = open().log
  expect(await readdir(dataFolder)).toEqual([])
  first.session(session).record('+', '')
  await first.close()
  const second = open().log
  second.session(session).record('<', 'EHLO jürg.example, please')
  await second.close()
  expect((await readdir(folder)).sort()).toEqual(['RECV2026010203-1.LOG', 'RECV2026010203-2.LOG'])
  const text = await readFile(join(folder, 'RECV2026010203-2.LOG'), 'utf8')
  expect(text.split('\r\n').slice(5)).toEqual([
    expect.stringMatching(
      /^2026-01-02T03:04:05\.678Z,MAIL1\\Default Frontend MAIL1,[0-9A-F]{16},0,192\.0\.2\.25:25,203\.0\.113\.77:50122,<,"EHLO jürg\.example, please",$/,
    ),
    '',
  ])
})

test('keeps files and folder within their sizes while many sessions write', async () => {
  const folder = join(dataFolder, 'elsewhere')
  const { log, warnings } = open({ ReceiveProtocolLogPath: 'elsewhere' })
  for (let round = 0; round < 12; round++) {
    const verbose = log.session(session)
    for (let at = 0; at < 40; at++) verbose.record('<', `NOOP ${round}.${at}`)
    await log.flush()
  }
  await log.close()
  const names = await readdir(folder)
  const sizes = await Promise.all(
    names.map(async (name) => (await readFile(join(folder, name))).length),
  )
  expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000)
  expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(30_000)
  const newest = names.sort((a, b) => Number(/-(\d+)/.exec(a)?.[1]) - Number(/-(\d+)/.exec(b)?.[1]))
  expect(await readFile(join(folder, newest.at(-1) ?? ''), 'utf8')).toContain(',39,')
  expect(warnings).toEqual([])
})

test('a folder that cannot be made costs records and one warning', async () => {
  await writeFile(join(dataFolder, 'logs'), 'a file where the folder should be')
  const { log, warnings } = open()
  const verbose = log.session(session)
  for (let at = 0; at < 3; at++) {
    verbose.record('<', 'NOOP')
    await log.flush()
  }
  await log.close()
  expect(warnings).toEqual([expect.stringMatching(/records are being lost, mail is not: ENOTDIR/)])
})
